using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Entitlement.Formats;
using Entitlement.Formats.Audit;

namespace Entitlement.Signing;

/// <summary>
/// The key that seals the audit trail, with its certificate, checked and ready. Safe for any number of threads.
/// </summary>
public sealed class AuditKey : IDisposable
{
    // ECDsa is not documented as safe for several threads; one signature a second needs no second key.
    private readonly Lock _lock = new();
    private readonly ECDsa _key;
    private readonly string _certificateFile;

    private AuditKey(ECDsa key, X509Certificate2 certificate, string certificateFile)
    {
        _key = key;
        _certificateFile = certificateFile;
        Certificate = certificate;
        KeyId = Jwk.FromKey(key).Thumbprint;
    }

    /// <summary>RFC 7638 thumbprint of the public key, in base64url.</summary>
    public string KeyId { get; }

    public X509Certificate2 Certificate { get; }

    /// <summary>
    /// Reads the key and proves that it can be used: kept, whole, of the profile, issued by the root.
    /// </summary>
    /// <exception cref="KeyStoreException">It cannot; the message says which file and what to do.</exception>
    public static AuditKey Load(AuditKeyPaths paths, DateTimeOffset now)
    {
        var key = PrivateFile.ReadKey(paths.KeyFile, paths.GroupMayRead);
        X509Certificate2? certificate = null;
        try
        {
            certificate = PrivateFile.ReadCertificate(paths.CertificateFile);
            using var root = PrivateFile.ReadCertificate(paths.RootCertificateFile);
            SigningKey.RequirePair(paths.KeyFile, key, paths.CertificateFile, certificate);
            RequireUsable(paths, certificate, root, now);
            return new AuditKey(key, certificate, paths.CertificateFile);
        }
        catch
        {
            key.Dispose();
            certificate?.Dispose();
            throw;
        }
    }

    /// <summary>Whether a signature of this moment will be believed.</summary>
    public bool IsValidAt(DateTimeOffset now) =>
        Certificate.NotBefore.ToUniversalTime() <= now.UtcDateTime && now.UtcDateTime <= Certificate.NotAfter.ToUniversalTime();

    /// <exception cref="KeyStoreException">It will not be.</exception>
    public void RequireValidAt(DateTimeOffset now)
    {
        if (!IsValidAt(now))
        {
            throw NotValid(_certificateFile, Certificate);
        }
    }

    /// <summary>Signs with ES256: 64 bytes r and s. Fits <see cref="SignData"/>.</summary>
    public byte[] Sign(ReadOnlySpan<byte> signingInput)
    {
        lock (_lock)
        {
            return _key.SignData(
                signingInput, HashAlgorithmName.SHA256, DSASignatureFormat.IeeeP1363FixedFieldConcatenation);
        }
    }

    public void Dispose()
    {
        _key.Dispose();
        Certificate.Dispose();
    }

    private static void RequireUsable(
        AuditKeyPaths paths, X509Certificate2 certificate, X509Certificate2 root, DateTimeOffset now)
    {
        switch (AuditCertificate.Check(certificate, [root], now))
        {
            case CertificateProblem.UntrustedRoot:
                throw new KeyStoreException(KeyStoreProblem.Mismatch, paths.CertificateFile,
                    $"was not issued by the root certificate {paths.RootCertificateFile}",
                    "Give the certificate that it issued, or that one's own root.");
            case CertificateProblem.WrongProfile or CertificateProblem.Unreadable:
                throw new KeyStoreException(KeyStoreProblem.WrongProfile, paths.CertificateFile,
                    "is not the certificate of an audit key: P-256, no CA, digitalSignature, our key usage",
                    "Issue one with 'entitle keys init', where the root key is.");
            case CertificateProblem.NotValidThen:
                throw NotValid(paths.CertificateFile, certificate);
            case CertificateProblem.None:
                break;
        }
    }

    private static KeyStoreException NotValid(string file, X509Certificate2 certificate) => new(
        KeyStoreProblem.NotValidNow,
        file,
        $"is valid from {certificate.NotBefore.ToUniversalTime():u} to {certificate.NotAfter.ToUniversalTime():u} and not now",
        "Issue a new one with 'entitle keys init'; check the clock of this machine.");
}
