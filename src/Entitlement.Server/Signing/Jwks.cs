using System.Security.Cryptography.X509Certificates;
using Entitlement.Formats;

namespace Entitlement.Server.Signing;

/// <summary>The verification keys as they are published: the same bytes over gRPC and over HTTP.</summary>
internal sealed class Jwks(SigningKeys keys, KeyRevocations revocations)
{
    /// <summary>RFC 7517, section 8.5.2.</summary>
    public const string ContentType = "application/jwk-set+json";

    private volatile byte[]? _current;

    public ReadOnlyMemory<byte> Current => _current ?? Renew([]);

    /// <summary>
    /// Publishes the keys of this server and those that any server of the database ever had, because a file that one of
    /// them signed may be out there for as long as its license lasts. Revoked keys alone are left out.
    /// </summary>
    /// <param name="recorded">The certificates of the keys that are recorded, in DER.</param>
    public byte[] Renew(IEnumerable<byte[]> recorded)
    {
        var others = recorded.Select(der => X509CertificateLoader.LoadCertificate(der)).ToList();
        var certificates = keys.Ring.Keys.Select(key => key.Certificate)
            .Concat(others)
            .DistinctBy(certificate => certificate.Thumbprint, StringComparer.Ordinal)
            .Where(certificate => !revocations.Revokes(KeyIdOf(certificate)))
            .OrderBy(certificate => certificate.NotBefore.ToUniversalTime())
            .ThenBy(certificate => certificate.Thumbprint, StringComparer.Ordinal);
        var bytes = JsonWebKeySet.Write(certificates);
        others.ForEach(certificate => certificate.Dispose());
        _current = bytes;
        return bytes;
    }

    private static string KeyIdOf(X509Certificate2 certificate)
    {
        using var key = certificate.GetECDsaPublicKey()!;
        return Jwk.FromKey(key).Thumbprint;
    }
}
