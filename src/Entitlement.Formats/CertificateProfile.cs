using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Entitlement.Formats;

/// <summary>What a signing certificate breaks, gravest first; the order in which the rules are looked at.</summary>
public enum CertificateProblem
{
    /// <summary>Nothing: the key may be believed.</summary>
    None,

    /// <summary>Bytes that are no X.509 certificate.</summary>
    Unreadable,

    /// <summary>It was not issued by a pinned root.</summary>
    UntrustedRoot,

    /// <summary>
    /// Issued by a pinned root, but not for signing license files: see <see cref="CertificateProfile"/>.
    /// </summary>
    WrongProfile,

    /// <summary>It, or its root, was not valid at the time of signing.</summary>
    NotValidThen,
}

/// <summary>
/// The two kinds of certificate. A <b>signing certificate</b>: key on P-256, CA false, key usage digitalSignature,
/// the extended key usage <see cref="LicenseSigning"/>, valid for at most 400 days, issued directly by a root. A
/// <b>root</b>: key on P-256, CA true, key usage keyCertSign, signed by itself. No network is ever asked.
/// </summary>
public static class CertificateProfile
{
    /// <summary>
    /// Extended key usage "signs license files": 2.25 and a random UUID (22613cfc-3d39-4bb9-986a-fcba15574216) as a
    /// number, the arc that ITU-T X.667 gives to everybody.
    /// </summary>
    public const string LicenseSigning = "2.25.45698641580986042625472229033895215638";

    /// <summary>Longest validity of a signing certificate.</summary>
    public static readonly TimeSpan MaxValidity = TimeSpan.FromDays(400);

    /// <summary>Judges a certificate as the signer of something that was signed at a given time.</summary>
    /// <param name="certificate">X.509 in DER.</param>
    /// <param name="roots">The pinned roots; one that is no root certificate is passed over.</param>
    /// <param name="signedAt"><c>iat</c>. That the certificate ran out since does not matter.</param>
    /// <param name="key">
    /// The certificate's key, to be disposed by the caller; null when the key can't be believed at any time. It is
    /// there with <see cref="CertificateProblem.NotValidThen"/> too, because the time of signing is worth nothing
    /// before the signature is checked.
    /// </param>
    public static CertificateProblem Check(
        ReadOnlySpan<byte> certificate, IEnumerable<X509Certificate2> roots, DateTimeOffset signedAt, out ECDsa? key) =>
        Check(certificate, roots, signedAt, IsSigning, out key);

    /// <inheritdoc cref="Check(ReadOnlySpan{byte}, IEnumerable{X509Certificate2}, DateTimeOffset, out ECDsa?)"/>
    public static CertificateProblem Check(
        X509Certificate2 certificate, IEnumerable<X509Certificate2> roots, DateTimeOffset signedAt) =>
        Check(certificate, roots, signedAt, IsSigning);

    internal static CertificateProblem Check(
        ReadOnlySpan<byte> certificate,
        IEnumerable<X509Certificate2> roots,
        DateTimeOffset signedAt,
        Predicate<X509Certificate2> hasProfile,
        out ECDsa? key)
    {
        key = null;
        try
        {
            using var leaf = X509CertificateLoader.LoadCertificate(certificate);
            var problem = Check(leaf, roots, signedAt, hasProfile);
            key = problem is CertificateProblem.None or CertificateProblem.NotValidThen
                ? leaf.GetECDsaPublicKey() : null;
            return problem;
        }
        catch (CryptographicException)
        {
            // Loading looks at the outer form alone; the rest is read when it is asked for.
            return CertificateProblem.Unreadable;
        }
    }

    /// <param name="hasProfile">Whether a certificate of the root is of the kind that is asked for.</param>
    internal static CertificateProblem Check(
        X509Certificate2 certificate,
        IEnumerable<X509Certificate2> roots,
        DateTimeOffset signedAt,
        Predicate<X509Certificate2> hasProfile)
    {
        var issuer = roots.FirstOrDefault(root => IsRoot(root) && Issued(root, certificate));
        if (issuer is null)
        {
            return CertificateProblem.UntrustedRoot;
        }

        if (!hasProfile(certificate))
        {
            return CertificateProblem.WrongProfile;
        }

        return IsValid(certificate, signedAt) && IsValid(issuer, signedAt)
            ? CertificateProblem.None
            : CertificateProblem.NotValidThen;
    }

    /// <summary>Whether a certificate has the profile of a root. Whether to trust it is for whoever pins it.</summary>
    public static bool IsRoot(X509Certificate2 certificate) =>
        HasP256Key(certificate)
        && IsUnderstood(certificate)
        && IsAuthority(certificate)
        && Usage(certificate).HasFlag(X509KeyUsageFlags.KeyCertSign)
        && certificate.SubjectName.RawData.AsSpan().SequenceEqual(certificate.IssuerName.RawData);

    /// <summary>Whether a certificate has the profile of a signing certificate.</summary>
    public static bool IsSigning(X509Certificate2 certificate) =>
        IsEndEntity(certificate, LicenseSigning) && Validity(certificate) <= MaxValidity;

    /// <summary>Whether a certificate is of a key on P-256 that signs for this purpose and issues nothing.</summary>
    internal static bool IsEndEntity(X509Certificate2 certificate, string extendedKeyUsage) =>
        HasP256Key(certificate)
        && IsUnderstood(certificate)
        && !IsAuthority(certificate)
        && Usage(certificate).HasFlag(X509KeyUsageFlags.DigitalSignature)
        && certificate.Extensions.OfType<X509EnhancedKeyUsageExtension>()
            .Any(extension => extension.EnhancedKeyUsages.Cast<Oid>().Any(usage => usage.Value == extendedKeyUsage));

    /// <summary>Whether the root issued the certificate directly, or is it: the name agrees and the signature verifies.</summary>
    /// <remarks>
    /// Looked at here and not by the platform's chain builder, because that one reads all roots of the machine even where it is
    /// given the one root to trust: a tenth of a second at each start of a service, a product or a tool. Nothing of what else it
    /// does is wanted: there is no path to find, time is judged at the time of signing, and extensions are the profile's.
    /// </remarks>
    private static bool Issued(X509Certificate2 root, X509Certificate2 certificate)
    {
        if (!certificate.IssuerName.RawData.AsSpan().SequenceEqual(root.SubjectName.RawData))
        {
            return false;
        }

        using var key = root.GetECDsaPublicKey();
        return key is not null && CertificateSignature.IsBy(key, certificate.RawDataMemory);
    }

    /// <summary>In UTC: the difference of local times is an hour off over a change of daylight saving.</summary>
    private static TimeSpan Validity(X509Certificate2 certificate) =>
        certificate.NotAfter.ToUniversalTime() - certificate.NotBefore.ToUniversalTime();

    private static bool IsValid(X509Certificate2 certificate, DateTimeOffset at) =>
        certificate.NotBefore.ToUniversalTime() <= at.UtcDateTime
            && at.UtcDateTime <= certificate.NotAfter.ToUniversalTime();

    /// <summary>RFC 5280, section 4.2: a critical extension that is not understood makes the certificate unusable.</summary>
    private static bool IsUnderstood(X509Certificate2 certificate) =>
        certificate.Extensions.All(extension => !extension.Critical
            || extension is X509BasicConstraintsExtension or X509KeyUsageExtension or X509EnhancedKeyUsageExtension);

    private static bool IsAuthority(X509Certificate2 certificate) =>
        certificate.Extensions.OfType<X509BasicConstraintsExtension>().Any(constraint =>
            constraint.CertificateAuthority);

    private static X509KeyUsageFlags Usage(X509Certificate2 certificate) =>
        certificate.Extensions.OfType<X509KeyUsageExtension>().FirstOrDefault()?.KeyUsages ?? X509KeyUsageFlags.None;

    private static bool HasP256Key(X509Certificate2 certificate)
    {
        try
        {
            using var key = certificate.GetECDsaPublicKey();
            return key is not null
                && key.ExportParameters(includePrivateParameters: false).Curve is { IsNamed: true } curve
                && curve.Oid.Value == ECCurve.NamedCurves.nistP256.Oid.Value;
        }
        catch (CryptographicException)
        {
            return false;
        }
    }
}
