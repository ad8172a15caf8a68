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
    public static Freshness Parse(string token, string field) => Freshness.OfToken(Read(token, field, long.MaxValue), field);

    /// <param name="token">What the caller sent.</param>
    /// <param name="field">Where.</param>
    /// <param name="version">The version that the clock of access stands at.</param>
    /// <exception cref="EntitlementException">
    /// No answer gave it: it is malformed, or of a moment that has not come, as after the database was put back.
    /// </exception>
    public static long Read(string token, string field, long version) =>
        long.TryParse(token, NumberStyles.None, CultureInfo.InvariantCulture, out var read) && read <= version
            ? read
            : throw Freshness.OfToken(version: 0, field).Refuse();
}
