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

    private SigningKey(ECDsa key, X509Certificate2 certificate, X509Certificate2 rootCertificate)
    {
        _parameters = key.ExportParameters(includePrivateParameters: true);
        _idle.Add(key);
        Certificate = certificate;
        RootCertificate = rootCertificate;
        KeyId = Jwk.FromKey(key).Thumbprint;
    }

    /// <summary>RFC 7638 thumbprint of the public key, in base64url.</summary>
    public string KeyId { get; }

    public X509Certificate2 Certificate { get; }

    /// <summary>What products pin.</summary>
    public X509Certificate2 RootCertificate { get; }

    /// <summary>
    /// Reads the key and proves that it can be used: kept, whole, of the profile, issued by the root, valid now.
    /// </summary>
    /// <exception cref="KeyStoreException">It cannot; the message says which file and what to do.</exception>
    public static SigningKey Load(KeyPaths paths, DateTimeOffset now)
    {
        var key = PrivateFile.ReadKey(paths.SigningKeyFile, paths.GroupMayRead);
        X509Certificate2? certificate = null, root = null;
        try
        {
            certificate = PrivateFile.ReadCertificate(paths.SigningCertificateFile);
            root = PrivateFile.ReadCertificate(paths.RootCertificateFile);
            RequireUsable(paths, key, certificate, root, now);
            return new SigningKey(key, certificate, root);
        }
        catch
        {
            key.Dispose();
            certificate?.Dispose();
            root?.Dispose();
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

    /// <summary>The verification keys as a JWK Set, with the certificate of each.</summary>
    public byte[] ToJsonWebKeySet() => JsonWebKeySet.Write([Certificate]);

    public void Dispose()
    {
        while (_idle.TryTake(out var key))
        {
            key.Dispose();
        }

        CryptographicOperations.ZeroMemory(_parameters.D);
        Certificate.Dispose();
        RootCertificate.Dispose();
    }

    private static void RequireUsable(
        KeyPaths paths, ECDsa key, X509Certificate2 certificate, X509Certificate2 root, DateTimeOffset now)
    {
        RequirePair(paths.SigningKeyFile, key, paths.SigningCertificateFile, certificate);
        switch (CertificateProfile.Check(certificate, [root], now))
        {
            case CertificateProblem.UntrustedRoot when !CertificateProfile.IsRoot(root):
                throw new KeyStoreException(KeyStoreProblem.WrongProfile, paths.RootCertificateFile,
                    "is not a root certificate for P-256",
                    "Give the certificate of the root that issued the signing certificate.");
            case CertificateProblem.UntrustedRoot:
                throw new KeyStoreException(KeyStoreProblem.Mismatch, paths.SigningCertificateFile,
                    "was not issued by the root certificate",
                    $"Give the certificate that {paths.RootCertificateFile} issued, or that one's own root.");
            case CertificateProblem.WrongProfile or CertificateProblem.Unreadable:
                throw new KeyStoreException(KeyStoreProblem.WrongProfile, paths.SigningCertificateFile,
                    "is not a signing certificate: P-256, no CA, digitalSignature, our key usage, at most 400 days",
                    "Issue one with 'entitle keys'.");
            case CertificateProblem.NotValidThen:
                throw new KeyStoreException(KeyStoreProblem.NotValidNow, paths.SigningCertificateFile,
                    $"is valid from {certificate.NotBefore.ToUniversalTime():u} "
                    + $"to {certificate.NotAfter.ToUniversalTime():u} and not now",
                    "Issue a new signing certificate with 'entitle keys'; check the clock of this machine.");
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
