using System.Security.Cryptography;

namespace Entitlement.Formats;

/// <summary>
/// What an installation signs: a JWS whose header carries the public half of the instance key. The claims are not read
/// yet.
/// </summary>
internal sealed class InstanceJws
{
    private readonly CompactJws _jws;

    private InstanceJws(CompactJws jws, Jwk instanceKey)
    {
        _jws = jws;
        InstanceKey = instanceKey;
    }

    public byte[] Payload => _jws.Payload;

    public Jwk InstanceKey { get; }

    /// <summary>SHA-256 of the signing input.</summary>
    public byte[] ContentHash => _jws.ContentHash;

    /// <summary>Whether the signature is the instance key's; false until it is looked at.</summary>
    public bool IsVerified { get; private set; }

    /// <summary>Checks size, encoding and header, which cost little beside the key and the signature.</summary>
    /// <param name="maxBytes">The largest length of the whole file.</param>
    /// <param name="type">The <c>typ</c> that the header must have.</param>
    public static InstanceJws Open(ReadOnlySpan<byte> file, int maxBytes, string type)
    {
        var jws = CompactJws.Split(file, maxBytes);
        return new InstanceJws(jws, JoseHeader.ReadWithKey(jws.Header, type).Key!);
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

    /// <summary>Looks at the key and the signature.</summary>
    /// <exception cref="FileFormatException"><see cref="FileFormatCode.BadKey"/>.</exception>
    public InstanceJws Verify()
    {
        using var key = InstanceKey.ToKey();
        IsVerified = _jws.IsSignedBy(key);
        return this;
    }

    /// <inheritdoc cref="Verify"/>
    /// <exception cref="FileFormatException">
    /// <see cref="FileFormatCode.BadKey"/> or <see cref="FileFormatCode.BadSignature"/>.
    /// </exception>
    public InstanceJws RequireVerified() => Verify().IsVerified
        ? this
        : throw new FileFormatException(FileFormatCode.BadSignature, "signature",
            "is not the one of header.jwk for this content",
            "Hand in the file as the product made it, or let the product make a new one.");
}
