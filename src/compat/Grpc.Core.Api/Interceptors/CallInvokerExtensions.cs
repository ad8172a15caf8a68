namespace Grpc.Core.Interceptors;

/// <summary>Puts interceptors in front of what makes calls.</summary>
public static class CallInvokerExtensions
{
    /// <summary>Calls go through <paramref name="interceptor"/> first.</summary>
    public static CallInvoker Intercept(this CallInvoker invoker, Interceptor interceptor)
    {
        ArgumentNullException.ThrowIfNull(invoker);
        ArgumentNullException.ThrowIfNull(interceptor);
        return new InterceptingCallInvoker(invoker, interceptor);
    }

    /// <summary>Calls go through all of <paramref name="interceptors"/>, the first of them first.</summary>
    public static CallInvoker Intercept(this CallInvoker invoker, params Interceptor[] interceptors)
    {
        ArgumentNullException.ThrowIfNull(invoker);
        ArgumentNullException.ThrowIfNull(interceptors);
        return interceptors.Reverse().Aggregate(invoker, Intercept);
    }

    /// <summary>Calls are sent with the headers that <paramref name="interceptor"/> makes of theirs.</summary>
    /// <param name="invoker">Makes the calls.</param>
    /// <param name="interceptor">Gets the headers of a call, empty if it has none, and returns those to send.</param>
    public static CallInvoker Intercept(this CallInvoker invoker, Func<Metadata, Metadata> interceptor)
    {
        ArgumentNullException.ThrowIfNull(interceptor);
        return invoker.Intercept(new MetadataInterceptor(interceptor));
    }
}
