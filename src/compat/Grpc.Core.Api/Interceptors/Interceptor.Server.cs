namespace Grpc.Core.Interceptors;

public abstract partial class Interceptor
{
    /// <summary>Stands around the serving of a call from one request to one response.</summary>
    /// <param name="request">The request.</param>
    /// <param name="context">The call.</param>
    /// <param name="continuation">The next interceptor, at last the method.</param>
    public virtual Task<TResponse> UnaryServerHandler<TRequest, TResponse>(
        TRequest request,
        ServerCallContext context,
        UnaryServerMethod<TRequest, TResponse> continuation)
        where TRequest : class
        where TResponse : class => continuation(request, context);

    /// <summary>Stands around the serving of a call from a stream of requests to one response.</summary>
    /// <param name="requestStream">Where requests are read.</param>
    /// <param name="context">The call.</param>
    /// <param name="continuation">The next interceptor, at last the method.</param>
    public virtual Task<TResponse> ClientStreamingServerHandler<TRequest, TResponse>(
        IAsyncStreamReader<TRequest> requestStream,
        ServerCallContext context,
        ClientStreamingServerMethod<TRequest, TResponse> continuation)
        where TRequest : class
        where TResponse : class => continuation(requestStream, context);

    /// <summary>Stands around the serving of a call from one request to a stream of responses.</summary>
    /// <param name="request">The request.</param>
    /// <param name="responseStream">Where responses are sent.</param>
    /// <param name="context">The call.</param>
    /// <param name="continuation">The next interceptor, at last the method.</param>
    public virtual Task ServerStreamingServerHandler<TRequest, TResponse>(
        TRequest request,
        IServerStreamWriter<TResponse> responseStream,
        ServerCallContext context,
        ServerStreamingServerMethod<TRequest, TResponse> continuation)
        where TRequest : class
        where TResponse : class => continuation(request, responseStream, context);

    /// <summary>Stands around the serving of a call from a stream of requests to a stream of responses.</summary>
    /// <param name="requestStream">Where requests are read.</param>
    /// <param name="responseStream">Where responses are sent.</param>
    /// <param name="context">The call.</param>
    /// <param name="continuation">The next interceptor, at last the method.</param>
    public virtual Task DuplexStreamingServerHandler<TRequest, TResponse>(
        IAsyncStreamReader<TRequest> requestStream,
        IServerStreamWriter<TResponse> responseStream,
        ServerCallContext context,
        DuplexStreamingServerMethod<TRequest, TResponse> continuation)
        where TRequest : class
        where TResponse : class => continuation(requestStream, responseStream, context);
}
