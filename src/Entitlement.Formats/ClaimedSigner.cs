using System.Security.Cryptography;

namespace Entitlement.Formats;

/// <summary>Who a file says has signed it. Nothing here is believed: it is for showing a file to people.</summary>
public sealed class ClaimedSigner
{
    private readonly CompactJws _jws;

    internal ClaimedSigner(CompactJws jws, JoseHeader header)
    {
        _jws = jws;
        KeyId = header.KeyId!;
        Certificate = header.Certificate!;
    }

    /// <summary>The header's <c>kid</c>.</summary>
    public string KeyId { get; }

    /// <summary>The certificate of <c>x5c</c> as DER, not yet looked at.</summary>
    public ReadOnlyMemory<byte> Certificate { get; }

    /// <summary>Whether the signature is that of the key for exactly this content.</summary>
    public bool IsSignedBy(ECDsa key) => _jws.IsSignedBy(key);
}
