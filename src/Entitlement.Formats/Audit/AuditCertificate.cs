using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Entitlement.Formats.Audit;

/// <summary>
/// The certificate of an audit key: as that of a signing key (see <see cref="CertificateProfile"/>), but with an
/// extended key usage of its own, so that neither key can do the other's work, and valid for as long as its root: old
/// blocks are read for as long as there is a trail.
/// </summary>
public static class AuditCertificate
{
    /// <summary>
    /// Extended key usage "seals the audit trail": 2.25 and a random UUID (834c6cfa-312d-4357-9690-9bf75074f538) as a
    /// number.
    /// </summary>
    public const string AuditSealing = "2.25.174525692331569934354056223655053292856";

    /// <summary>Whether a certificate has this profile.</summary>
    public static bool HasProfile(X509Certificate2 certificate) =>
        CertificateProfile.IsEndEntity(certificate, AuditSealing);

    /// <inheritdoc cref="CertificateProfile.Check(X509Certificate2, IEnumerable{X509Certificate2}, DateTimeOffset)"/>
    public static CertificateProblem Check(
        X509Certificate2 certificate, IEnumerable<X509Certificate2> roots, DateTimeOffset signedAt) =>
        CertificateProfile.Check(certificate, roots, signedAt, HasProfile);

    /// <inheritdoc cref="CertificateProfile.Check(ReadOnlySpan{byte}, IEnumerable{X509Certificate2}, DateTimeOffset, out ECDsa?)"/>
    public static CertificateProblem Check(
        ReadOnlySpan<byte> certificate, IEnumerable<X509Certificate2> roots, DateTimeOffset signedAt, out ECDsa? key) =>
        CertificateProfile.Check(certificate, roots, signedAt, HasProfile, out key);
}
