using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace Entitlement.Server.Signing;

/// <summary>The verification keys as they are published: the same bytes over gRPC and over HTTP.</summary>
internal sealed class Jwks
{
    /// <summary>RFC 7517, section 8.5.2.</summary>
    public const string ContentType = "application/jwk-set+json";

    public Jwks(SigningKeys keys)
    {
        Bytes = keys.Current.ToJsonWebKeySet();
        ETag = $"\"{Base64Url.EncodeToString(SHA256.HashData(Bytes))}\"";
    }

    public byte[] Bytes { get; }

    public string Text => Encoding.UTF8.GetString(Bytes);

    /// <summary>A strong validator (RFC 9110, section 8.8.3), quotes included.</summary>
    public string ETag { get; }
}
