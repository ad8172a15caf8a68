using System.Buffers.Text;
using System.Security.Cryptography;

namespace Entitlement.Formats;

/// <summary>
/// A JWS in compact serialization (RFC 7515 §7.1), taken apart and decoded but neither believed nor verified. Size and
/// encoding are checked here, before anything costly is done with the parts.
/// </summary>
internal sealed class CompactJws
{
    /// <summary>Length of an ES256 signature: r and s of 32 bytes.</summary>
    public const int SignatureLength = 64;

    /// <summary>No header of ours comes near it; it keeps a hostile one from being parsed at all.</summary>
    private const int MaxHeaderLength = 16 * 1024;

    private CompactJws(byte[] header, byte[] payload, byte[] signature, byte[] contentHash)
    {
        Header = header;
        Payload = payload;
        Signature = signature;
        ContentHash = contentHash;
    }

    public byte[] Header { get; }

    public byte[] Payload { get; }

    public byte[] Signature { get; }

    /// <summary>SHA-256 of <c>header.payload</c>: what is signed, and what tells one content from another.</summary>
    public byte[] ContentHash { get; }

    /// <param name="file">The bytes of the whole file; a last CR LF or LF is taken off.</param>
    /// <param name="maxBytes">The largest length of the whole file.</param>
    public static CompactJws Split(ReadOnlySpan<byte> file, int maxBytes)
    {
        if (file.Length > maxBytes)
        {
            throw TooLarge(file.Length, maxBytes);
        }

        var line = WithoutLineEnd(file);
        var first = line.IndexOf((byte)'.');
        var last = line.LastIndexOf((byte)'.');
        if (first < 0 || last == first || line[(first + 1)..last].Contains((byte)'.'))
        {
            throw new FileFormatException(FileFormatCode.NotCompactJws, "file",
                "must be one line of three parts divided by full stops (JWS compact serialization)",
                "Hand in the file as it was made, neither shortened nor opened and saved by an editor.");
        }

        if (first > MaxHeaderLength)
        {
            throw new FileFormatException(FileFormatCode.TooLarge, "header",
                $"must be at most {MaxHeaderLength} characters", "Make the file anew.");
        }

        var header = Decode(line[..first], "header");
        var payload = Decode(line[(first + 1)..last], "payload");
        var signature = Decode(line[(last + 1)..], "signature");
        if (signature.Length != SignatureLength)
        {
            throw new FileFormatException(FileFormatCode.BadSignature, "signature",
                $"must be {SignatureLength} bytes, r and s of ES256, and has {signature.Length}",
                "Sign with ES256 and write the signature as RFC 7518 §3.4 has it, not as DER.");
        }

        return new CompactJws(header, payload, signature, SHA256.HashData(line[..last]));
    }

    public static byte[] Write(ReadOnlySpan<byte> header, ReadOnlySpan<byte> payload, SignData sign)
    {
        var headerLength = Base64Url.GetEncodedLength(header.Length);
        var inputLength = headerLength + 1 + Base64Url.GetEncodedLength(payload.Length);
        var file = new byte[inputLength + 1 + Base64Url.GetEncodedLength(SignatureLength) + 1];

        Base64Url.EncodeToUtf8(header, file);
        file[headerLength] = (byte)'.';
        Base64Url.EncodeToUtf8(payload, file.AsSpan(headerLength + 1));

        var signature = sign(file.AsSpan(0, inputLength));
        if (signature.Length != SignatureLength)
        {
            throw new ArgumentException($"The signer gave {signature.Length} bytes and not {SignatureLength}.",
                nameof(sign));
        }

        file[inputLength] = (byte)'.';
        Base64Url.EncodeToUtf8(signature, file.AsSpan(inputLength + 1));
        file[^1] = (byte)'\n';
        return file;
    }

    public static FileFormatException TooLarge(int length, int maxBytes) => new(FileFormatCode.TooLarge, "file",
        $"must be at most {maxBytes} bytes and has {length}", "Make a smaller file, with fewer devices.");

    public bool IsSignedBy(ECDsa key) =>
        key.VerifyHash(ContentHash, Signature, DSASignatureFormat.IeeeP1363FixedFieldConcatenation);

    private static ReadOnlySpan<byte> WithoutLineEnd(ReadOnlySpan<byte> file)
    {
        if (!file.EndsWith("\n"u8))
        {
            return file;
        }

        var line = file[..^1];
        return line.EndsWith("\r"u8) ? line[..^1] : line;
    }

    private static byte[] Decode(ReadOnlySpan<byte> part, string name) =>
        CanonicalBase64Url.TryDecode(part)
        ?? throw new FileFormatException(FileFormatCode.NotCanonicalBase64Url, name,
            "must be canonical base64url: no padding, no white space, no left-over bits",
            "Hand in the file as it was made, neither shortened nor opened and saved by an editor.");
}
