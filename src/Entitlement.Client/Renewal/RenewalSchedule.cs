using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Entitlement.Formats;

namespace Entitlement.Client.Renewal;

/// <summary>When what ends is renewed ahead of its end, and how long a failure is waited out.</summary>
internal static class RenewalSchedule
{
    /// <summary>After the first failure at most this, then twice as much each time.</summary>
    public static readonly TimeSpan FirstPause = TimeSpan.FromMinutes(1);

    /// <summary>A decision of the service is asked about again after half of this to all of it.</summary>
    public static readonly TimeSpan AfterDecision = TimeSpan.FromDays(1);

    private static readonly TimeSpan LeastLimit = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan MostLimit = TimeSpan.FromDays(1);
    private static readonly TimeSpan LimitWhenOver = TimeSpan.FromHours(1);

    /// <summary>
    /// Share of its time after which something is renewed: a half and up to a quarter more, so that what began together
    /// does not come back together.
    /// </summary>
    /// <param name="jitter">From 0 up to but not 1.</param>
    public static double ShareOf(double jitter) => 0.5 + (jitter / 4);

    /// <summary>
    /// When a license file is over: it, or where it has no end, its license; null for a file for ever.
    /// </summary>
    public static DateTimeOffset? EndOf(LicenseClaims claims) => claims.ExpireTime ?? claims.LicenseUntil;

    /// <summary>
    /// When a license file is to be renewed: <c>iat</c> + (end − <c>iat</c>) · (½ + u ⁄ 4), where u is the first 32
    /// bits of SHA-256(<c>jti</c>) as a fraction of 2³². Each file has another <c>jti</c>, so files issued in one
    /// minute fall due evenly over a quarter of their time; and each restart finds the same moment again, so that a
    /// product which is started often does not come earlier for that.
    /// </summary>
    public static DateTimeOffset? DueTime(LicenseClaims claims) =>
        EndOf(claims) - claims.IssueTime is { } time ? claims.IssueTime + (time * ShareOf(JitterOf(claims.Jti))) : null;

    /// <summary>
    /// How long to wait after a failure: evenly from nothing to a limit that doubles with each, from a minute to an
    /// eighth of the time that is left (at least five seconds, at most a day; an hour when nothing is left). Full
    /// jitter, so that those whom one outage has hit come back one by one; counted from the service's own delay where
    /// it told one.
    /// </summary>
    /// <param name="failures">How many in a row, from 1.</param>
    /// <param name="left">Time until the end of what is renewed.</param>
    /// <param name="retryDelay">What the service asked for; null where it asked for nothing.</param>
    /// <param name="jitter">From 0 up to but not 1.</param>
    public static TimeSpan PauseAfter(int failures, TimeSpan left, TimeSpan? retryDelay, double jitter)
    {
        const int Doublings = 12;
        var limit = left <= TimeSpan.Zero ? LimitWhenOver : TimeSpan.FromTicks(
            Math.Clamp(left.Ticks / 8, LeastLimit.Ticks, MostLimit.Ticks));
        var grown = FirstPause * (1 << Math.Min(failures - 1, Doublings));
        return (retryDelay ?? TimeSpan.Zero) + ((grown < limit ? grown : limit) * jitter);
    }

    private static double JitterOf(Guid jti)
    {
        var hash = SHA256.HashData(Encoding.ASCII.GetBytes($"{jti:D}"));
        return BinaryPrimitives.ReadUInt32BigEndian(hash) / 4294967296.0;
    }
}
