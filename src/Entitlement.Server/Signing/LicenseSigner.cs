using Entitlement.Domain.Errors;
using Entitlement.Formats;
using Microsoft.Extensions.Options;

namespace Entitlement.Server.Signing;

/// <summary>Makes license files in the name of this service.</summary>
internal sealed class LicenseSigner(SigningKeys keys, IOptions<LicenseFileOptions> options)
{
    /// <summary>Who issues them (<c>iss</c>), and whom requests address (<c>aud</c>).</summary>
    public string Issuer => options.Value.Issuer!;

    /// <summary>How long they are valid.</summary>
    public TimeSpan Lifetime => options.Value.Lifetime;

    /// <summary>The <c>.lic</c> file, with <c>kid</c> and <c>x5c</c> of the key that signed it.</summary>
    /// <exception cref="EntitlementException">
    /// <see cref="FailureReason.LicenseFileTooLarge"/> or <see cref="FailureReason.SigningKeyRevoked"/>.
    /// </exception>
    /// <exception cref="InvalidOperationException">
    /// The signing certificates ran out, or the claims break a rule of the format.
    /// </exception>
    public SignedLicense Issue(LicenseClaims claims)
    {
        var key = keys.RequireCurrent();
        try
        {
            return new SignedLicense(key.KeyId, key.Issue(claims));
        }
        catch (FileFormatException refusal)
        {
            // The rule is one of the license file, and must not be told as a fault of the request file.
            throw refusal is { Code: FileFormatCode.TooLarge, Member: "file" }
                ? Refusal.LicenseFileTooLarge(LicenseFile.MaxBytes)
                : new InvalidOperationException("A license file would break its own format.", refusal);
        }
    }
}

/// <summary>A signed license file.</summary>
/// <param name="KeyId">The <c>kid</c> of the key that signed it.</param>
/// <param name="Content">The whole file.</param>
internal sealed record SignedLicense(string KeyId, byte[] Content);
