using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Entitlement.Formats;

namespace Entitlement.Signing;

/// <summary>
/// The service's signing key with its certificate, checked and ready. Safe for any number of threads.
/// </summary>
public sealed class SigningKey : IDisposable
{
    // ECDsa is not documented as safe for several threads, and importing one costs more than a signature; so each
    // caller borrows one, and there are never more than ever signed at the same time.
    private readonly ConcurrentBag<ECDsa> _idle = [];
    private readonly ECParameters _parameters;

    private SigningKey(ECDsa key, X509Certificate2 certificate, string certificateFile)
    {
        _parameters = key.ExportParameters(includePrivateParameters: true);
        _idle.Add(key);
        Certificate = certificate;
        CertificateFile = certificateFile;
        KeyId = Jwk.FromKey(key).Thumbprint;
        (SignsFrom, EndTime) = (new DateTimeOffset(certificate.NotBefore), new DateTimeOffset(certificate.NotAfter));
    }

    /// <summary>RFC 7638 thumbprint of the public key, in base64url.</summary>
    public string KeyId { get; }

    public X509Certificate2 Certificate { get; }

    /// <summary>When its certificate begins; before that the key is only published.</summary>
    public DateTimeOffset SignsFrom { get; }

    /// <summary>When its certificate ends; what it signed goes on.</summary>
    public DateTimeOffset EndTime { get; }

    internal string CertificateFile { get; }

    public bool SignsAt(DateTimeOffset now) => SignsFrom <= now && now < EndTime;

    /// <summary>
    /// Reads a key and proves that it may sign while its certificate is valid: kept, whole, of the profile, issued by the
    /// root.
    /// </summary>
    /// <exception cref="KeyStoreException">It may not; the message says which file and what to do.</exception>
    internal static SigningKey Load(string keyFile, string certificateFile, KeyPaths paths, X509Certificate2 root)
    {
        var key = PrivateFile.ReadKey(keyFile, paths.GroupMayRead);
        X509Certificate2? certificate = null;
        try
        {
            certificate = PrivateFile.ReadCertificate(certificateFile);
            RequirePair(keyFile, key, certificateFile, certificate);
            RequireSigning(certificateFile, certificate, paths.RootCertificateFile, root);
            return new SigningKey(key, certificate, certificateFile);
        }
        catch
        {
            key.Dispose();
            certificate?.Dispose();
            throw;
        }
    }

    /// <summary>Signs with ES256: 64 bytes r and s. Fits <see cref="SignData"/>.</summary>
    public byte[] Sign(ReadOnlySpan<byte> signingInput)
    {
        if (!_idle.TryTake(out var key))
        {
            key = ECDsa.Create(_parameters);
        }

        var signature = key.SignData(signingInput, HashAlgorithmName.SHA256,
            DSASignatureFormat.IeeeP1363FixedFieldConcatenation);
        _idle.Add(key);
        return signature;
    }

    /// <summary>Writes and signs a license file with this key and its certificate.</summary>
    /// <exception cref="FileFormatException">The claims break a rule of the format.</exception>
    public byte[] Issue(LicenseClaims claims) => LicenseFile.Write(claims, KeyId, Certificate.RawDataMemory.Span, Sign);

    public void Dispose()
    {
        while (_idle.TryTake(out var key))
        {
            key.Dispose();
        }

        CryptographicOperations.ZeroMemory(_parameters.D);
        Certificate.Dispose();
    }

    /// <summary>Judged at its own beginning: whether that has come is asked of each signature.</summary>
    internal static void RequireSigning(
        string certificateFile, X509Certificate2 certificate, string rootFile, X509Certificate2 root)
    {
        switch (CertificateProfile.Check(certificate, [root], new DateTimeOffset(certificate.NotBefore)))
        {
            case CertificateProblem.UntrustedRoot when !CertificateProfile.IsRoot(root):
                throw new KeyStoreException(KeyStoreProblem.WrongProfile, rootFile,
                    "is not a root certificate for P-256",
                    "Give the certificate of the root that issued the signing certificate.");
            case CertificateProblem.UntrustedRoot:
                throw new KeyStoreException(KeyStoreProblem.Mismatch, certificateFile,
                    "was not issued by the root certificate",
                    $"Give the certificate that {rootFile} issued, or that one's own root.");
            case CertificateProblem.WrongProfile or CertificateProblem.Unreadable:
                throw new KeyStoreException(KeyStoreProblem.WrongProfile, certificateFile,
                    "is not a signing certificate: P-256, no CA, digitalSignature, our key usage, at most 400 days",
                    "Issue one with 'entitle keys'.");
            case CertificateProblem.NotValidThen:
                throw new KeyStoreException(KeyStoreProblem.NotValidNow, certificateFile,
                    "begins before its root does", "Issue a new signing certificate with 'entitle keys'.");
            case CertificateProblem.None:
                break;
        }
    }

    internal static void RequirePair(string keyFile, ECDsa key, string certificateFile, X509Certificate2 certificate)
    {
        using var publicKey = certificate.GetECDsaPublicKey();
        var isPair = publicKey is not null
            && publicKey.ExportSubjectPublicKeyInfo().AsSpan().SequenceEqual(key.ExportSubjectPublicKeyInfo());
        if (!isPair)
        {
            throw new KeyStoreException(KeyStoreProblem.Mismatch, keyFile, $"is not the key of {certificateFile}",
                "Give the key and the certificate that belong together.");
        }
    }
}
