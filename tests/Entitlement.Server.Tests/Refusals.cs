using Grpc.Core;

namespace Entitlement.Server.Tests;

/// <summary>For calls of which some may be refused.</summary>
internal static class Refusals
{
    /// <returns>Null when the call succeeded.</returns>
    public static async Task<RpcException?> OfAsync<T>(Func<Task<T>> call)
    {
        try
        {
            await call();
            return null;
        }
        catch (RpcException refusal)
        {
            return refusal;
        }
    }
}
