using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace Entitlement.Server.Audit;

/// <summary>How the audit trail is sealed. Section <c>Audit</c>; checked when the server starts.</summary>
internal sealed class AuditOptions : IValidatableObject
{
    public const string Section = "Audit";

    /// <summary>
    /// How often records are sealed: 0.1 s to an hour. What was sealed can't be altered without a trace.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:00.1", "01:00:00", ParseLimitsInInvariantCulture = true)]
    public TimeSpan SealInterval { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>
    /// PEM file with the P-256 private key that seals the trail. Default: <c>audit.key.pem</c> in
    /// <c>Signing:Directory</c>.
    /// </summary>
    public string? KeyFile { get; init; }

    /// <summary>
    /// PEM file with the certificate of <see cref="KeyFile"/>, issued by the root of the signing key.
    /// </summary>
    public string? CertificateFile { get; init; }

    /// <summary>Whether the two files are named one by one.</summary>
    public bool HasFiles => !string.IsNullOrEmpty(KeyFile);

    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (string.IsNullOrEmpty(KeyFile) != string.IsNullOrEmpty(CertificateFile))
        {
            yield return new ValidationResult(
                $"{Section}:{nameof(KeyFile)} and {Section}:{nameof(CertificateFile)} belong together: set both or none.");
        }
    }
}

[OptionsValidator]
internal sealed partial class AuditOptionsValidator : IValidateOptions<AuditOptions>;
