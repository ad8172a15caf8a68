namespace Grpc.Core;

/// <summary>Which call credentials are asked for.</summary>
public class AuthInterceptorContext
{
    /// <param name="serviceUrl">Where the service is.</param>
    /// <param name="methodName">The method without its service.</param>
    public AuthInterceptorContext(string serviceUrl, string methodName)
        : this(serviceUrl, methodName, CancellationToken.None)
    {
    }

    /// <param name="serviceUrl">Where the service is.</param>
    /// <param name="methodName">The method without its service.</param>
    /// <param name="cancellationToken">Of the call.</param>
    public AuthInterceptorContext(string serviceUrl, string methodName, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(serviceUrl);
        ArgumentNullException.ThrowIfNull(methodName);
        ServiceUrl = serviceUrl;
        MethodName = methodName;
        CancellationToken = cancellationToken;
    }

    /// <summary>Where the service is, such as <c>https://host/package.Service</c>.</summary>
    public string ServiceUrl { get; }

    /// <summary>The method without its service.</summary>
    public string MethodName { get; }

    /// <summary>Cancelled when the call is given up.</summary>
    public CancellationToken CancellationToken { get; }
}
