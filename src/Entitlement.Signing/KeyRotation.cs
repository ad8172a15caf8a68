using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Entitlement.Formats;

namespace Entitlement.Signing;

/// <summary>
/// How a signing key follows another: the service's machine makes a key and asks for a certificate (PKCS#10), the machine
/// with the root issues it, and the service's machine installs it. No private key leaves the machine that made it, and
/// nothing is overwritten.
/// </summary>
public static class KeyRotation
{
    /// <summary>The largest request or certificate that is read; one has some 700 bytes.</summary>
    public const int MaxPemBytes = 64 * 1024;

    /// <summary>Makes the next signing key of a directory, and the request for its certificate.</summary>
    /// <param name="directory">Made for its owner alone where it is not there.</param>
    /// <exception cref="KeyStoreException">Somebody else is at it, or it can't be written.</exception>
    public static RequestedKey Request(string directory)
    {
        PrivateFile.CreateDirectory(directory);
        using var exclusive = KeyCeremony.Lock(directory);
        var keyFile = NextKeyFile(directory);
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=Entitlement signing", key, HashAlgorithmName.SHA256);

        // The request first: a key without one would be a riddle, a request without its key is only worth nothing.
        var requestFile = KeyPaths.RequestOf(keyFile);
        File.Delete(requestFile);
        PrivateFile.Write(requestFile, request.CreateSigningRequestPem() + "\n");
        PrivateFile.Write(keyFile, key.ExportPkcs8PrivateKeyPem() + "\n");
        return new RequestedKey(Jwk.FromKey(key).Thumbprint, keyFile, requestFile);
    }

    /// <summary>Issues the certificate that a request asks for, with the root of a directory.</summary>
    /// <param name="directory">Holds <c>root.key.pem</c> and <c>root.pem</c>.</param>
    /// <param name="requestFile">The request's path, for what is told of it.</param>
    /// <param name="request">
    /// PKCS#10 in PEM. Only its key counts, and that whoever made it has the private half; what else it asks for does not.
    /// </param>
    /// <param name="signsFrom">When the key begins to sign; at once when this is not later than now.</param>
    /// <param name="now">The time.</param>
    /// <exception cref="KeyStoreException">The root can't be used, or the request can't be believed.</exception>
    public static X509Certificate2 Sign(
        string directory, string requestFile, string request, DateTimeOffset signsFrom, DateTimeOffset now)
    {
        using var key = ReadRequest(requestFile, request);
        var (root, rootKey) = RootKeys.Read(directory);
        using (root)
        using (rootKey)
        {
            return CertificateIssuer.CreateSigning(key, root, rootKey, now, signsFrom);
        }
    }

    /// <summary>Puts the certificate of a key of the directory beside it; from then on servers publish the key.</summary>
    /// <param name="directory">Holds the key, and the root's certificate <c>root.pem</c>.</param>
    /// <param name="certificateFile">The certificate's path, for what is told of it.</param>
    /// <param name="certificate">In PEM.</param>
    /// <param name="rootCertificate">
    /// The root's certificate in PEM, to be put into a directory that has none yet; null where it is there.
    /// </param>
    /// <param name="now">The time.</param>
    /// <exception cref="KeyStoreException">
    /// It is not one of this root, for one of these keys, of the profile, or it is over; nothing was changed.
    /// </exception>
    public static InstalledKey Install(
        string directory, string certificateFile, string certificate, string? rootCertificate, DateTimeOffset now)
    {
        using var exclusive = KeyCeremony.Lock(directory);
        var rootFile = KeyPaths.InDirectory(directory).RootCertificateFile;
        using var root = rootCertificate is not null && !File.Exists(rootFile)
            ? PrivateFile.ParseCertificate(rootFile, rootCertificate)
            : PrivateFile.ReadCertificate(rootFile);
        using var issued = PrivateFile.ParseCertificate(certificateFile, certificate);
        SigningKey.RequireSigning(certificateFile, issued, rootFile, root);
        if (issued.NotAfter.ToUniversalTime() <= now.UtcDateTime)
        {
            throw new KeyStoreException(KeyStoreProblem.NotValidNow, certificateFile,
                $"ended at {issued.NotAfter.ToUniversalTime():u}", "Issue a new one with 'entitle keys sign'.");
        }

        var path = KeyPaths.CertificateOf(KeyFileOf(directory, certificateFile, issued));
        if (!File.Exists(rootFile))
        {
            PrivateFile.Write(rootFile, root.ExportCertificatePem() + "\n");
        }

        PrivateFile.Write(path, issued.ExportCertificatePem() + "\n");
        return InstalledKey.Of(issued, path);
    }

    /// <summary><c>signing.key.pem</c>, then <c>signing-2.key.pem</c> and so on.</summary>
    private static string NextKeyFile(string directory)
    {
        var first = KeyPaths.InDirectory(directory).SigningKeyFile;
        return Enumerable.Range(2, int.MaxValue - 2)
            .Select(number => Path.Combine(directory, FormattableString.Invariant($"signing-{number}.key.pem")))
            .Prepend(first)
            .First(file => !File.Exists(file) && !File.Exists(KeyPaths.CertificateOf(file)));
    }

    private static string KeyFileOf(string directory, string certificateFile, X509Certificate2 certificate)
    {
        using var wanted = certificate.GetECDsaPublicKey()!;
        var spki = wanted.ExportSubjectPublicKeyInfo();
        foreach (var file in KeyPaths.KeyFiles(directory))
        {
            using var key = PrivateFile.ReadKey(file, groupMayRead: false);
            if (key.ExportSubjectPublicKeyInfo().AsSpan().SequenceEqual(spki))
            {
                return !File.Exists(KeyPaths.CertificateOf(file))
                    ? file
                    : throw new KeyStoreException(KeyStoreProblem.Mismatch, certificateFile,
                        $"is for {file}, which has its certificate already",
                        "A new certificate is for a new key: make one with 'entitle keys request'.");
            }
        }

        throw new KeyStoreException(KeyStoreProblem.Mismatch, certificateFile, $"is for none of the keys in {directory}",
            "Install it where 'entitle keys request' made its key.");
    }

    private static ECDsa ReadRequest(string requestFile, string request)
    {
        try
        {
            // Proves the signature, and so that the asker has the key.
            var read = CertificateRequest.LoadSigningRequestPem(request, HashAlgorithmName.SHA256);
            var key = read.PublicKey.GetECDsaPublicKey() ?? throw new CryptographicException("The key is not on a curve.");
            _ = Jwk.FromKey(key);
            return key;
        }
        catch (Exception exception) when (exception is CryptographicException or ArgumentException or FileFormatException)
        {
            throw new KeyStoreException(KeyStoreProblem.Unreadable, requestFile,
                "is not a certificate signing request (PKCS#10 in PEM) for a key on P-256",
                "Make one with 'entitle keys request'.", exception);
        }
    }
}

/// <summary>A signing key that waits for its certificate.</summary>
/// <param name="KeyId">Its <c>kid</c>.</param>
/// <param name="KeyFile">The private key, which stays where it is.</param>
/// <param name="RequestFile">What the machine with the root needs; no secret.</param>
public sealed record RequestedKey(string KeyId, string KeyFile, string RequestFile);

/// <summary>A signing key that has its certificate.</summary>
/// <param name="KeyId">Its <c>kid</c>.</param>
/// <param name="CertificateFile">The certificate.</param>
/// <param name="SignsFrom">When it begins to sign.</param>
/// <param name="EndTime">When its certificate ends.</param>
public sealed record InstalledKey(string KeyId, string CertificateFile, DateTimeOffset SignsFrom, DateTimeOffset EndTime)
{
    /// <param name="certificate">One for a key on P-256.</param>
    /// <param name="file">Where it stands.</param>
    public static InstalledKey Of(X509Certificate2 certificate, string file)
    {
        using var key = certificate.GetECDsaPublicKey()!;
        return new InstalledKey(
            Jwk.FromKey(key).Thumbprint, file, new DateTimeOffset(certificate.NotBefore), new DateTimeOffset(certificate.NotAfter));
    }
}
