using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace Entitlement.Server.Signing;

/// <summary>What stands in license files. Section <c>LicenseFile</c>; checked when the server starts.</summary>
internal sealed class LicenseFileOptions : IValidatableObject
{
    public const string Section = "LicenseFile";

    /// <summary>What the embedded default calls itself, until its operator names it.</summary>
    public const string EmbeddedIssuer = "urn:entitlement:local";

    private const int MaxIssuerLength = 256;

    /// <summary>
    /// Who issues the files (<c>iss</c>), and whom requests address (<c>aud</c>): an absolute URL or URN of at most 256
    /// characters. Default of the embedded default: <see cref="EmbeddedIssuer"/>; required elsewhere.
    /// </summary>
    [Required(ErrorMessage = $"{Section}:{nameof(Issuer)} must be set: the URL or name by which products know this service.")]
    public string? Issuer { get; set; }

    /// <summary>How long a license file is valid (<c>exp</c>), and so how long a machine may run without reaching the server.</summary>
    [Range(typeof(TimeSpan), "01:00:00", "3660.00:00:00", ParseLimitsInInvariantCulture = true)]
    public TimeSpan Lifetime { get; init; } = TimeSpan.FromDays(30);

    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (!string.IsNullOrEmpty(Issuer)
            && (Issuer.Length > MaxIssuerLength || !Uri.TryCreate(Issuer, UriKind.Absolute, out var uri) || uri.IsFile))
        {
            yield return new ValidationResult(
                $"{Section}:{nameof(Issuer)} must be an absolute URL or URN of at most {MaxIssuerLength} characters, "
                + $"such as https://licenses.example.com or {EmbeddedIssuer}.");
        }
    }
}

[OptionsValidator]
internal sealed partial class LicenseFileOptionsValidator : IValidateOptions<LicenseFileOptions>;
