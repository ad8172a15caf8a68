using System.Text.Json;

namespace Entitlement.Client.Verification;

/// <summary>
/// The outcome of checking a license file. A closed list in the order of precedence: a file that breaks several rules
/// is refused for the first of them, so that every verifier tells the same file the same. Files, logs and other
/// languages use the name in upper case with underscores, see <see cref="VerificationReasons.Name"/>.
/// </summary>
public enum VerificationReason
{
    /// <summary>The file may be relied on.</summary>
    Valid,

    /// <summary>There is no license file.</summary>
    NoLicenseFile,

    /// <summary>The file breaks a rule of its format; the result names the member.</summary>
    Malformed,

    /// <summary>The file is of a format version that this program does not know: update the program.</summary>
    UnknownVersion,

    /// <summary>Its certificate was not issued by a pinned root.</summary>
    UntrustedRoot,

    /// <summary>Its certificate was issued by a pinned root, but not for signing license files.</summary>
    CertificateUnsuitable,

    /// <summary>
    /// The signature is not that of the certificate's key, or <c>kid</c> is not the thumbprint of that key.
    /// </summary>
    SignatureInvalid,

    /// <summary>The signing key is on the revocation list.</summary>
    SigningKeyRevoked,

    /// <summary>The certificate was not valid when the file was issued.</summary>
    CertificateNotValidAtIssue,

    /// <summary>The file is for another product.</summary>
    WrongProduct,

    /// <summary>The file is for another installation: it names another instance key.</summary>
    WrongInstallation,

    /// <summary>A newer file of this activation was seen here before.</summary>
    GenerationWentBack,

    /// <summary>
    /// Its seat was given back, or its license revoked, after it was issued: it is on the list of revoked license files.
    /// </summary>
    FileRevoked,

    /// <summary>
    /// The clock was turned back, and the time in which that is borne is over. Told only where a record of the time is
    /// kept, as <see cref="EntitlementClient"/> does.
    /// </summary>
    ClockTurnedBack,

    /// <summary>More than 24 hours before the file's beginning. The machine's clock may be wrong.</summary>
    NotYetValid,

    /// <summary>The machine was replaced by another, and the time in which both may run is over.</summary>
    OverlapEnded,

    /// <summary>The license itself is over, or the trial (<c>trial_until</c>).</summary>
    LicenseEnded,

    /// <summary>The file should have been renewed by now; the license may well go on.</summary>
    FileExpired,

    /// <summary>Too few kinds of component are those of the machine that was licensed.</summary>
    MachineMismatch,

    /// <summary>The installed build is younger than care; older builds are covered.</summary>
    BuildNotCovered,
}

public static class VerificationReasons
{
    /// <summary>The reason as programs in any language write it, such as <c>BUILD_NOT_COVERED</c>.</summary>
    public static string Name(VerificationReason reason) =>
        JsonNamingPolicy.SnakeCaseUpper.ConvertName(reason.ToString());
}
