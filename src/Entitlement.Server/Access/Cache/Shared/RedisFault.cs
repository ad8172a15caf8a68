using StackExchange.Redis;

namespace Entitlement.Server.Access.Cache.Shared;

/// <summary>What goes wrong with a Redis.</summary>
internal static class RedisFault
{
    /// <summary>
    /// What may be logged of it. Never its text: that names addresses, and what stands behind a comma too many in the
    /// configuration is taken for one, be it the rest of a password.
    /// </summary>
    public static string KindOf(Exception failure) =>
        failure is RedisConnectionException connection ? $"{connection.FailureType}" : failure.GetType().Name;
}
