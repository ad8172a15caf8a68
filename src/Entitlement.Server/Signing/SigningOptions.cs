using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace Entitlement.Server.Signing;

/// <summary>Where the keys are that sign license files. Section <c>Signing</c>; checked when the server starts.</summary>
internal sealed class SigningOptions : IValidatableObject
{
    public const string Section = "Signing";

    /// <summary>
    /// The folder that <c>entitle keys init</c> fills, and the other commands of keys. Each <c>signing*.key.pem</c> in it
    /// that has its certificate beside it is a key; what changes there is taken over within ten seconds. Default: <c>keys</c> in <c>Storage:DataDirectory</c>, where the embedded
    /// default makes its keys on first start.
    /// </summary>
    public string? Directory { get; init; }

    /// <summary>PEM file with the P-256 private key that signs license files. Instead of <see cref="Directory"/>.</summary>
    public string? SigningKeyFile { get; init; }

    /// <summary>PEM file with the certificate of <see cref="SigningKeyFile"/>, issued by the root.</summary>
    public string? SigningCertificateFile { get; init; }

    /// <summary>PEM file with the root certificate that products pin.</summary>
    public string? RootCertificateFile { get; init; }

    /// <summary>
    /// Whether the group of a private key's file may read it too, as where an orchestrator mounts secrets. Default: with the
    /// files named one by one yes, with <see cref="Directory"/> no.
    /// </summary>
    public bool? GroupMayRead { get; init; }

    /// <summary>How long before the last signing certificate ends each start and each day warn of it.</summary>
    [Range(typeof(TimeSpan), "1.00:00:00", "365.00:00:00", ParseLimitsInInvariantCulture = true)]
    public TimeSpan WarnBeforeExpiry { get; init; } = TimeSpan.FromDays(30);

    /// <summary>Whether the three files are named one by one.</summary>
    public bool HasFiles => !string.IsNullOrEmpty(SigningKeyFile);

    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        string?[] files = [SigningKeyFile, SigningCertificateFile, RootCertificateFile];
        var given = files.Count(file => !string.IsNullOrEmpty(file));
        if (given is not (0 or 3))
        {
            yield return new ValidationResult(
                $"{Section}:{nameof(SigningKeyFile)}, {Section}:{nameof(SigningCertificateFile)} and "
                + $"{Section}:{nameof(RootCertificateFile)} belong together: set all three or none.");
        }

        if (given > 0 && !string.IsNullOrEmpty(Directory))
        {
            yield return new ValidationResult(
                $"{Section}:{nameof(Directory)} and {Section}:{nameof(SigningKeyFile)} exclude each other: set one of them.");
        }
    }
}

[OptionsValidator]
internal sealed partial class SigningOptionsValidator : IValidateOptions<SigningOptions>;
