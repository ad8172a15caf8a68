namespace Grpc.Core;

/// <summary>Receives the methods of a service from the <c>BindService</c> method that is generated for it.</summary>
public class ServiceBinderBase
{
    /// <summary>Receives a method from one request to one response.</summary>
    /// <param name="method">The method.</param>
    /// <param name="handler">What serves it; null where another finds that out by itself.</param>
    public virtual void AddMethod<TRequest, TResponse>(
        Method<TRequest, TResponse> method, UnaryServerMethod<TRequest, TResponse>? handler)
        where TRequest : class
        where TResponse : class =>
        throw new NotSupportedException("This binder does not take unary methods.");

    /// <summary>Receives a method from a stream of requests to one response.</summary>
    /// <param name="method">The method.</param>
    /// <param name="handler">What serves it; null where another finds that out by itself.</param>
    public virtual void AddMethod<TRequest, TResponse>(
        Method<TRequest, TResponse> method, ClientStreamingServerMethod<TRequest, TResponse>? handler)
        where TRequest : class
        where TResponse : class =>
        throw new NotSupportedException("This binder does not take client streaming methods.");

    /// <summary>Receives a method from one request to a stream of responses.</summary>
    /// <param name="method">The method.</param>
    /// <param name="handler">What serves it; null where another finds that out by itself.</param>
    public virtual void AddMethod<TRequest, TResponse>(
        Method<TRequest, TResponse> method, ServerStreamingServerMethod<TRequest, TResponse>? handler)
        where TRequest : class
        where TResponse : class =>
        throw new NotSupportedException("This binder does not take server streaming methods.");

    /// <summary>Receives a method from a stream of requests to a stream of responses.</summary>
    /// <param name="method">The method.</param>
    /// <param name="handler">What serves it; null where another finds that out by itself.</param>
    public virtual void AddMethod<TRequest, TResponse>(
        Method<TRequest, TResponse> method, DuplexStreamingServerMethod<TRequest, TResponse>? handler)
        where TRequest : class
        where TResponse : class =>
        throw new NotSupportedException("This binder does not take duplex streaming methods.");
}
