using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace Entitlement.Server.Abuse;

/// <summary>
/// What callers without credentials may cost. Section <c>Abuse</c>; checked when the server starts. What is counted of
/// failures and verifications is counted by each replica for itself.
/// </summary>
internal sealed class AbuseOptions
{
    public const string Section = "Abuse";

    /// <summary>
    /// How many calls of one address may fail within <see cref="Window"/> for a wrong code, file or API key. IPv6
    /// addresses count by their first 64 bits, which are one customer's.
    /// </summary>
    [Range(1, 1_000_000)]
    public int FailuresPerAddress { get; init; } = 30;

    /// <summary>
    /// How many calls may fail so over all. Beyond that one failure within <see cref="Window"/> is enough for an
    /// address to be refused; who never failed is still judged.
    /// </summary>
    [Range(1, 100_000_000)]
    public int FailuresOverAll { get; init; } = 1_000;

    /// <summary>In what time.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "1.00:00:00", ParseLimitsInInvariantCulture = true)]
    public TimeSpan Window { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>
    /// How many addresses are remembered, some 200 bytes each; beyond that the one that failed longest ago is
    /// forgotten.
    /// </summary>
    [Range(1, 10_000_000)]
    public int MaxAddresses { get; init; } = 16_384;

    /// <summary>How many signatures are verified at once. Default: as many as there are processors.</summary>
    [Range(1, 10_000)]
    public int? MaxVerifications { get; init; }

    /// <summary>How many more may wait for their turn; beyond that they are refused.</summary>
    [Range(0, 1_000_000)]
    public int MaxWaitingVerifications { get; init; } = 1_000;

    /// <summary>
    /// How many license files one activation may get within 24 hours by requests of its product. The same request again
    /// gets its file again, and takes none of them.
    /// </summary>
    [Range(1, 1_000_000)]
    public int FilesPerDay { get; init; } = 24;
}

[OptionsValidator]
internal sealed partial class AbuseOptionsValidator : IValidateOptions<AbuseOptions>;
