using System.ComponentModel.DataAnnotations;
using Entitlement.Server.Hosting;
using Microsoft.Extensions.Options;

namespace Entitlement.Server.Health;

/// <summary>How the server tells its state. Section <c>Health</c>; checked when the server starts.</summary>
internal sealed class HealthOptions : IValidatableObject
{
    public const string Section = "Health";

    /// <summary>
    /// A plain address that serves <c>grpc.health.v1</c> and nothing else, for orchestrators that probe without TLS. It says
    /// nothing but whether the server serves, so it may be reached from other machines. Default: none.
    /// </summary>
    public string? Listen { get; init; }

    /// <summary>How often the database is asked whether it answers: how old the told state may be.</summary>
    [Range(typeof(TimeSpan), "00:00:00.1", "00:05:00", ParseLimitsInInvariantCulture = true)]
    public TimeSpan ProbeInterval { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>How long the database may take to answer before it counts as gone.</summary>
    [Range(typeof(TimeSpan), "00:00:00.1", "00:01:00", ParseLimitsInInvariantCulture = true)]
    public TimeSpan ProbeTimeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>
    /// How long ago the newest commit may be before one is made to prove that changes are kept: a database on a full or
    /// read-only disk still answers. While the server does not serve, each probe makes one.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:00.1", "01:00:00", ParseLimitsInInvariantCulture = true)]
    public TimeSpan WriteInterval { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How many callers may watch the state at a time; more are refused.</summary>
    [Range(1, 10_000)]
    public int MaxWatchers { get; init; } = 256;

    /// <summary>Only after validation; null when there is no such port.</summary>
    public ListenAddress? Address => string.IsNullOrEmpty(Listen) ? null : ListenAddress.Parse(Listen);

    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (!string.IsNullOrEmpty(Listen) && (!ListenAddress.TryParse(Listen, out var address) || address.Tls))
        {
            yield return new ValidationResult(
                $"{Section}:{nameof(Listen)} must look like http://0.0.0.0:5082: http, an IP address, localhost or *, and a port.");
        }
    }
}

[OptionsValidator]
internal sealed partial class HealthOptionsValidator : IValidateOptions<HealthOptions>;
