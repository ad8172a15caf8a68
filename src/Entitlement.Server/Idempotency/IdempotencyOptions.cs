using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace Entitlement.Server.Idempotency;

/// <summary>How calls that carry a <c>request_id</c> are remembered. Section <c>Idempotency</c>; checked when the server starts.</summary>
internal sealed class IdempotencyOptions
{
    public const string Section = "Idempotency";

    /// <summary>For how long the same call again has no second effect: 1 to 365 days. Default: 30 days.</summary>
    [Range(typeof(TimeSpan), "1.00:00:00", "365.00:00:00", ParseLimitsInInvariantCulture = true)]
    public TimeSpan Retention { get; init; } = TimeSpan.FromDays(30);
}

[OptionsValidator]
internal sealed partial class IdempotencyOptionsValidator : IValidateOptions<IdempotencyOptions>;
