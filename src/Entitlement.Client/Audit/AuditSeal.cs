using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Entitlement.Formats;
using Entitlement.Formats.Audit;

namespace Entitlement.Client.Audit;

/// <summary>An audit key that a pinned root vouches for.</summary>
internal sealed class AuditSeal : IDisposable
{
    private readonly DateTimeOffset _from;
    private readonly DateTimeOffset _until;

    private AuditSeal(ECDsa key, X509Certificate2 certificate)
    {
        Key = key;
        KeyId = Jwk.FromKey(key).Thumbprint;
        (_from, _until) = (new DateTimeOffset(certificate.NotBefore), new DateTimeOffset(certificate.NotAfter));
    }

    public ECDsa Key { get; }

    public string KeyId { get; }

    /// <returns>Null when no pinned root issued it as the certificate of an audit key.</returns>
    public static AuditSeal? Of(ReadOnlyMemory<byte> certificate, IEnumerable<X509Certificate2> roots, DateTimeOffset signedAt)
    {
        var problem = AuditCertificate.Check(certificate.Span, roots, signedAt, out var key);
        if (problem is CertificateProblem.None && key is not null)
        {
            using var loaded = X509CertificateLoader.LoadCertificate(certificate.Span);
            return new AuditSeal(key, loaded);
        }

        key?.Dispose();
        return null;
    }

    /// <summary>Whether the certificate was valid; only asked of a time that the key has signed.</summary>
    public bool IsValidAt(DateTimeOffset time) => _from <= time && time <= _until;

    public void Dispose() => Key.Dispose();
}
