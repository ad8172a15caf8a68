using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace Entitlement.Server.Access.Cache;

/// <summary>How decisions of access are kept in memory. Section <c>Access</c>; checked when the server starts.</summary>
internal sealed class AccessOptions
{
    public const string Section = "Access";

    /// <summary>
    /// How far behind the database a decision may be; each server asks for the clock of access twice in this time. It has to be
    /// the same on all servers: <c>AwaitAccessChange</c> goes by the one it is asked of.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:00.1", "00:01:00", ParseLimitsInInvariantCulture = true)]
    public TimeSpan MaxStaleness { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>
    /// After how long without a change of access by this server it makes one that touches nothing, to measure how long a change
    /// takes to be seen.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:01", "1.00:00:00", ParseLimitsInInvariantCulture = true)]
    public TimeSpan CanaryInterval { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>About how many bytes of memory what is known of access may take; what was used least goes first.</summary>
    [Range(1_048_576, 17_179_869_184)]
    public long CacheBytes { get; init; } = 67_108_864;
}

[OptionsValidator]
internal sealed partial class AccessOptionsValidator : IValidateOptions<AccessOptions>;
