using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace Entitlement.Server.Activations;

/// <summary>
/// How requests are parked that somebody must approve. Section <c>Approval</c>; checked when the server starts.
/// </summary>
internal sealed class ApprovalOptions
{
    public const string Section = "Approval";

    /// <summary>How long a parked request waits, and then how long its decision is remembered: 1 hour to 365 days.</summary>
    [Range(typeof(TimeSpan), "01:00:00", "365.00:00:00", ParseLimitsInInvariantCulture = true)]
    public TimeSpan Retention { get; init; } = TimeSpan.FromDays(30);

    /// <summary>How many requests may wait for one license.</summary>
    [Range(1, 100_000)]
    public int MaxWaiting { get; init; } = 100;

    /// <summary>How many bytes the files of all parked requests may have together: 1 KiB to 1 GiB. One has up to 2 MiB.</summary>
    [Range(1024, 1 << 30)]
    public int MaxBytes { get; init; } = 64 * 1024 * 1024;

    /// <summary>How much later a product that waits is told to ask again: 1 second to 1 day.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "1.00:00:00", ParseLimitsInInvariantCulture = true)]
    public TimeSpan RetryAfter { get; init; } = TimeSpan.FromMinutes(5);
}

[OptionsValidator]
internal sealed partial class ApprovalOptionsValidator : IValidateOptions<ApprovalOptions>;
