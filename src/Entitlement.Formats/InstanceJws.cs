using System.Security.Cryptography;

namespace Entitlement.Formats;

/// <summary>
/// What an installation signs: a JWS whose header carries the public half of the instance key. The claims are not read
/// yet.
/// </summary>
internal sealed class InstanceJws
{
    private InstanceJws(byte[] payload, Jwk instanceKey, byte[] contentHash, bool isVerified)
    {
        Payload = payload;
        InstanceKey = instanceKey;
        ContentHash = contentHash;
        IsVerified = isVerified;
    }

    public byte[] Payload { get; }

    public Jwk InstanceKey { get; }

    /// <summary>SHA-256 of the signing input.</summary>
    public byte[] ContentHash { get; }

    /// <summary>Whether the signature is the instance key's.</summary>
    public bool IsVerified { get; }

    /// <summary>Size, encoding and header are checked before the key and the signature.</summary>
    /// <param name="maxBytes">The largest length of the whole file.</param>
    /// <param name="type">The <c>typ</c> that the header must have.</param>
    public static InstanceJws Open(ReadOnlySpan<byte> file, int maxBytes, string type)
    {
        var jws = CompactJws.Split(file, maxBytes);
        var instanceKey = JoseHeader.ReadWithKey(jws.Header, type).Key!;
        using var key = instanceKey.ToKey();
        return new InstanceJws(jws.Payload, instanceKey, jws.ContentHash, jws.IsSignedBy(key));
    }

    public static byte[] Write(string type, ReadOnlySpan<byte> payload, ECDsa instanceKey, int maxBytes)
    {
        var key = Jwk.FromKey(instanceKey);
        var header = JoseHeader.Write(type, json =>
        {
            json.WriteStartObject("jwk");
            key.WriteMembers(json);
            json.WriteEndObject();
        });
        var file = CompactJws.Write(header, payload, input =>
            instanceKey.SignData(input, HashAlgorithmName.SHA256, DSASignatureFormat.IeeeP1363FixedFieldConcatenation));
        return file.Length <= maxBytes ? file : throw CompactJws.TooLarge(file.Length, maxBytes);
    }

    /// <exception cref="FileFormatException"><see cref="FileFormatCode.BadSignature"/>.</exception>
    public InstanceJws RequireVerified() => IsVerified
        ? this
        : throw new FileFormatException(FileFormatCode.BadSignature, "signature",
            "is not the one of header.jwk for this content",
            "Hand in the file as the product made it, or let the product make a new one.");
}
