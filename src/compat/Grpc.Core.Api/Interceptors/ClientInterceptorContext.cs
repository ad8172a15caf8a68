namespace Grpc.Core.Interceptors;

/// <summary>A call on its way out, as a client's interceptor sees it.</summary>
/// <param name="method">What is called.</param>
/// <param name="host">Null for that of the channel.</param>
/// <param name="options">What is asked for with this call.</param>
public struct ClientInterceptorContext<TRequest, TResponse>(Method<TRequest, TResponse> method, string? host, CallOptions options)
    where TRequest : class
    where TResponse : class
{
    /// <summary>What is called.</summary>
    public Method<TRequest, TResponse> Method { get; } = method;

    /// <summary>Null for that of the channel.</summary>
    public string? Host { get; } = host;

    /// <summary>What is asked for with this call.</summary>
    public CallOptions Options { get; } = options;
}
