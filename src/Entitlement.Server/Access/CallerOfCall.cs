using Grpc.Core;

namespace Entitlement.Server.Access;

/// <summary>Who makes the call that a service method serves.</summary>
internal static class CallerOfCall
{
    /// <summary>For the finer checks of a service, such as those of a method that is open to products.</summary>
    /// <exception cref="InvalidOperationException">Nobody asked who calls, which <see cref="AccessInterceptor"/> does for every method of ours.</exception>
    public static Caller GetCaller(this ServerCallContext call) =>
        Find(call.GetHttpContext()) ?? throw new InvalidOperationException($"The caller of {call.Method} is not known.");

    /// <summary>Null until the caller is known.</summary>
    public static Caller? Find(HttpContext context) => context.Features.Get<Known>()?.Caller;

    public static void Set(HttpContext context, Caller caller) => context.Features.Set(new Known(caller));

    private sealed record Known(Caller Caller);
}
