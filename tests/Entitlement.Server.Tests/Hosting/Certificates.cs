using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Entitlement.Server.Tests.Hosting;

/// <summary>Makes the certificate of a server for a test, in PEM files.</summary>
internal static class Certificates
{
    /// <returns>Its thumbprint.</returns>
    public static string WriteNew(string directory)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddIpAddress(IPAddress.Loopback);
        request.CertificateExtensions.Add(names.Build());
        var now = TimeProvider.System.GetUtcNow();
        using var certificate = request.CreateSelfSigned(now.AddHours(-1), now.AddDays(1));
        File.WriteAllText(CertificateFile(directory), certificate.ExportCertificatePem());
        File.WriteAllText(KeyFile(directory), key.ExportPkcs8PrivateKeyPem());
        return certificate.Thumbprint;
    }

    public static string CertificateFile(string directory) => Path.Combine(directory, "server.pem");

    public static string KeyFile(string directory) => Path.Combine(directory, "server.key.pem");
}
