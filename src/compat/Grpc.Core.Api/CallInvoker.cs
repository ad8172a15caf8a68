namespace Grpc.Core;

/// <summary>Makes calls of every kind.</summary>
public abstract class CallInvoker
{
    /// <summary>One request, one response, waited for on this thread.</summary>
    /// <param name="method">What is called.</param>
    /// <param name="host">Null for that of the channel.</param>
    /// <param name="options">What is asked for with this call.</param>
    /// <param name="request">The request.</param>
    /// <exception cref="RpcException">The call did not end well.</exception>
    public abstract TResponse BlockingUnaryCall<TRequest, TResponse>(
        Method<TRequest, TResponse> method, string? host, CallOptions options, TRequest request)
        where TRequest : class
        where TResponse : class;

    /// <summary>One request, one response.</summary>
    /// <inheritdoc cref="BlockingUnaryCall" path="/param" />
    public abstract AsyncUnaryCall<TResponse> AsyncUnaryCall<TRequest, TResponse>(
        Method<TRequest, TResponse> method, string? host, CallOptions options, TRequest request)
        where TRequest : class
        where TResponse : class;

    /// <summary>One request, a stream of responses.</summary>
    /// <inheritdoc cref="BlockingUnaryCall" path="/param" />
    public abstract AsyncServerStreamingCall<TResponse> AsyncServerStreamingCall<TRequest, TResponse>(
        Method<TRequest, TResponse> method, string? host, CallOptions options, TRequest request)
        where TRequest : class
        where TResponse : class;

    /// <summary>A stream of requests, one response.</summary>
    /// <param name="method">What is called.</param>
    /// <param name="host">Null for that of the channel.</param>
    /// <param name="options">What is asked for with this call.</param>
    public abstract AsyncClientStreamingCall<TRequest, TResponse> AsyncClientStreamingCall<TRequest, TResponse>(
        Method<TRequest, TResponse> method, string? host, CallOptions options)
        where TRequest : class
        where TResponse : class;

    /// <summary>A stream of requests, a stream of responses.</summary>
    /// <inheritdoc cref="AsyncClientStreamingCall" path="/param" />
    public abstract AsyncDuplexStreamingCall<TRequest, TResponse> AsyncDuplexStreamingCall<TRequest, TResponse>(
        Method<TRequest, TResponse> method, string? host, CallOptions options)
        where TRequest : class
        where TResponse : class;
}
