using System.Globalization;
using Entitlement.Domain.Errors;

namespace Entitlement.Server.Access.Cache;

/// <summary>A version of the clock of access as callers get it and send it back.</summary>
internal static class ConsistencyToken
{
    public static string Of(long version) => version.ToString(CultureInfo.InvariantCulture);

    /// <param name="token">What the caller sent.</param>
    /// <param name="field">Where.</param>
    /// <returns>As fresh as the answer that gave it. Whether the clock ever stood there is seen when it is read.</returns>
    /// <exception cref="EntitlementException">It is malformed, so no answer gave it.</exception>
    public static Freshness Parse(string token, string field) =>
        long.TryParse(token, NumberStyles.None, CultureInfo.InvariantCulture, out var version)
            ? Freshness.OfToken(version, field)
            : throw Freshness.OfToken(0, field).Refuse();
}
