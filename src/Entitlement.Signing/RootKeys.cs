using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Entitlement.Formats;

namespace Entitlement.Signing;

/// <summary>The root on the machine that keeps it: issues certificates, and revokes what it issued.</summary>
internal static class RootKeys
{
    /// <param name="directory">Holds <c>root.key.pem</c> and <c>root.pem</c>.</param>
    /// <exception cref="KeyStoreException">They are not there, or are no pair, or no root.</exception>
    public static (X509Certificate2 Certificate, ECDsa Key) Read(string directory)
    {
        var paths = KeyPaths.InDirectory(directory);
        var key = PrivateFile.ReadKey(paths.RootKeyFile!, groupMayRead: false);
        X509Certificate2? certificate = null;
        try
        {
            certificate = PrivateFile.ReadCertificate(paths.RootCertificateFile);
            Require(paths, key, certificate);
            return (certificate, key);
        }
        catch
        {
            key.Dispose();
            certificate?.Dispose();
            throw;
        }
    }

    public static void Require(KeyPaths paths, ECDsa key, X509Certificate2 certificate)
    {
        SigningKey.RequirePair(paths.RootKeyFile!, key, paths.RootCertificateFile, certificate);
        if (!CertificateProfile.IsRoot(certificate))
        {
            throw new KeyStoreException(KeyStoreProblem.WrongProfile, paths.RootCertificateFile,
                "is not a root certificate for P-256",
                "Put back the root certificate, or start in an empty directory.");
        }
    }
}
