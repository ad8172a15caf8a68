using System.Net.Sockets;
using StackExchange.Redis;

namespace Entitlement.Server.Access.Cache.Shared;

/// <summary>What goes wrong with a Redis, by contrast to a fault of ours.</summary>
internal static class RedisFault
{
    /// <summary>Whether the library throws it when the server is away, slow, or says what nobody asked for.</summary>
    public static bool Is(Exception failure) => failure
        is RedisException or RedisCommandException or TimeoutException or OperationCanceledException
        or ObjectDisposedException or InvalidOperationException or IOException or SocketException;

    /// <summary>
    /// What may be logged of it. Never its text: that names addresses, and what stands behind a comma too many in the
    /// configuration is taken for one, be it the rest of a password.
    /// </summary>
    public static string KindOf(Exception failure) =>
        failure is RedisConnectionException connection ? $"{connection.FailureType}" : failure.GetType().Name;
}
