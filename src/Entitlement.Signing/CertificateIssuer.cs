using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Entitlement.Formats;
using Entitlement.Formats.Audit;

namespace Entitlement.Signing;

/// <summary>Makes the certificates of <see cref="CertificateProfile"/> and <see cref="AuditCertificate"/>.</summary>
public static class CertificateIssuer
{
    private const X509KeyUsageFlags RootUsages = X509KeyUsageFlags.KeyCertSign | X509KeyUsageFlags.CrlSign;
    private const int RootYears = 20;
    private const int MaxNameLength = 64;
    private const int SerialNumberLength = 16;

    /// <summary>Nodes whose clocks run behind must be able to sign at once.</summary>
    private static readonly TimeSpan ClockTolerance = TimeSpan.FromHours(1);

    /// <summary>A root certificate for a key on P-256, valid for 20 years.</summary>
    /// <param name="name">
    /// Name of the operator, the certificate's organization: 0 to 64 characters (RFC 5280, appendix A).
    /// </param>
    public static X509Certificate2 CreateRoot(ECDsa rootKey, string name, DateTimeOffset now)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(name.Length, MaxNameLength, nameof(name));
        var request = new CertificateRequest(Name(name, "Entitlement root"), rootKey, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(
            X509BasicConstraintsExtension.CreateForCertificateAuthority(pathLengthConstraint: 0));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(RootUsages, critical: true));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, critical: false));
        using var withKey = request.CreateSelfSigned(now - ClockTolerance, now.AddYears(RootYears));
        return X509CertificateLoader.LoadCertificate(withKey.RawDataMemory.Span);
    }

    /// <summary>A signing certificate, valid for the 400 days that the profile allows or until the root ends.</summary>
    /// <param name="signingKey">A key on P-256; its public half is enough.</param>
    /// <param name="root">The issuer.</param>
    /// <param name="rootKey">The issuer's private key.</param>
    /// <param name="now">The time.</param>
    /// <param name="signsFrom">When the key follows the one before; null for the first key, which begins at once.</param>
    public static X509Certificate2 CreateSigning(ECDsa signingKey, X509Certificate2 root, ECDsa rootKey,
        DateTimeOffset now, DateTimeOffset? signsFrom = null)
    {
        // Only the first key begins earlier, for nodes whose clocks run behind: of two, the one that began last signs, so a
        // key that is to follow at once must not begin before one that began an hour ago.
        var begin = signsFrom is { } wanted ? Later(wanted, now) : now - ClockTolerance;
        var from = Later(begin, new DateTimeOffset(root.NotBefore));
        var until = Earlier(from + CertificateProfile.MaxValidity, new DateTimeOffset(root.NotAfter));
        return Issue("Entitlement signing", CertificateProfile.LicenseSigning, signingKey, root, rootKey, (from, until));
    }

    /// <summary>A certificate for a key that seals the audit trail, valid until the root ends.</summary>
    /// <param name="auditKey">A key on P-256; its public half is enough.</param>
    public static X509Certificate2 CreateAudit(ECDsa auditKey, X509Certificate2 root, ECDsa rootKey,
        DateTimeOffset now)
    {
        var from = Later(now - ClockTolerance, new DateTimeOffset(root.NotBefore));
        return Issue("Entitlement audit", AuditCertificate.AuditSealing, auditKey, root, rootKey,
            (from, new DateTimeOffset(root.NotAfter)));
    }

    private static X509Certificate2 Issue(
        string commonName, string extendedKeyUsage, ECDsa key, X509Certificate2 root, ECDsa rootKey,
        (DateTimeOffset From, DateTimeOffset Until) validity)
    {
        var name = root.SubjectName.EnumerateRelativeDistinguishedNames()
            .FirstOrDefault(part => part.GetSingleElementType().Value == "2.5.4.10")?.GetSingleElementValue() ?? "";
        var request = new CertificateRequest(Name(name, commonName), key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(X509BasicConstraintsExtension.CreateForEndEntity(critical: true));
        request.CertificateExtensions.Add(
            new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature, critical: true));
        request.CertificateExtensions.Add(
            new X509EnhancedKeyUsageExtension([new Oid(extendedKeyUsage)], critical: false));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, critical: false));
        request.CertificateExtensions.Add(X509AuthorityKeyIdentifierExtension.CreateFromCertificate(
            root, includeKeyIdentifier: true, includeIssuerAndSerial: false));
        return request.Create(
            root.SubjectName, X509SignatureGenerator.CreateForECDsa(rootKey), validity.From, validity.Until,
            RandomNumberGenerator.GetBytes(SerialNumberLength));
    }

    private static X500DistinguishedName Name(string organization, string commonName)
    {
        var name = new X500DistinguishedNameBuilder();
        if (organization.Length > 0)
        {
            name.AddOrganizationName(organization);
        }

        name.AddCommonName(commonName);
        return name.Build();
    }

    private static DateTimeOffset Later(DateTimeOffset one, DateTimeOffset other) => one > other ? one : other;

    private static DateTimeOffset Earlier(DateTimeOffset one, DateTimeOffset other) => one < other ? one : other;
}
