using System.Buffers.Text;
using System.Security.Cryptography;

namespace Entitlement.Formats.Audit;

/// <summary>
/// A block of the audit trail: a JWS with <c>typ</c> <c>audit-block+jwt</c>, signed by an audit key. Its header has the
/// key's certificate (<c>x5c</c>) where the block before was signed by another key, and so in the first block.
/// </summary>
public sealed class AuditBlockFile
{
    /// <summary>Of the whole file, with its line end.</summary>
    public const int MaxBytes = 16 * 1024;

    public const string Type = "audit-block+jwt";

    private static readonly string[] Members = ["ver", "iss", "number", "iat", "previous", "root", "count", "total"];

    private readonly CompactJws _jws;

    private AuditBlockFile(CompactJws jws, JoseHeader header, AuditBlockClaims block)
    {
        _jws = jws;
        KeyId = header.KeyId!;
        Block = block;
        if (header.Certificate is { } certificate)
        {
            Certificate = certificate;
        }
    }

    public AuditBlockClaims Block { get; }

    /// <summary>The header's <c>kid</c>: thumbprint of the audit key, in base64url.</summary>
    public string KeyId { get; }

    /// <summary>The certificate of <c>x5c</c> as DER, not yet looked at; null where the key goes on.</summary>
    public ReadOnlyMemory<byte>? Certificate { get; }

    /// <summary>SHA-256 (32 bytes) of the signing input <c>header.payload</c>; what the next block names.</summary>
    public ReadOnlyMemory<byte> ContentHash => _jws.ContentHash;

    /// <summary>Reads a block without believing it.</summary>
    /// <exception cref="FileFormatException">The first rule that it breaks.</exception>
    public static AuditBlockFile Read(ReadOnlySpan<byte> file)
    {
        var jws = CompactJws.Split(file, MaxBytes);
        var header = JoseHeader.ReadWithKeyId(jws.Header, Type, needsCertificate: false, takesCertificate: true);
        return new AuditBlockFile(jws, header, StrictJsonValues.ReadVersioned(jws.Payload, ReadClaims));
    }

    /// <param name="block">Its claims.</param>
    /// <param name="keyId">Thumbprint of the audit key.</param>
    /// <param name="certificate">Its certificate as DER; empty where the block before has the same key.</param>
    /// <param name="sign">Signs with the audit key.</param>
    /// <exception cref="FileFormatException">The claims break a rule of the format.</exception>
    public static byte[] Write(AuditBlockClaims block, string keyId, ReadOnlySpan<byte> certificate, SignData sign)
    {
        var header = JoseHeader.WriteSigner(Type, keyId, certificate);
        var payload = JsonText.Write(json =>
        {
            json.WriteNumber("ver", 1);
            json.WriteString("iss", block.Issuer);
            json.WriteNumber("number", block.Number);
            json.WriteNumber("iat", block.SealTime.ToUnixTimeSeconds());
            json.WriteString("previous", Base64Url.EncodeToString(block.Previous.Span));
            json.WriteString("root", Base64Url.EncodeToString(block.Root.Span));
            json.WriteNumber("count", block.Count);
            json.WriteNumber("total", block.Total);
        });
        ReadClaims(payload);
        return CompactJws.Write(header, payload, sign);
    }

    /// <summary>Whether the signature is that of the key for exactly this content.</summary>
    public bool IsSignedBy(ECDsa key) => _jws.IsSignedBy(key);

    private static AuditBlockClaims ReadClaims(ReadOnlySpan<byte> payload)
    {
        var claims = AuditClaims.Read(payload, Members);
        return new AuditBlockClaims
        {
            Issuer = claims.Issuer,
            Number = claims.Number("number", 1),
            SealTime = claims.IssueTime,
            Previous = claims.Hash("previous"),
            Root = claims.Hash("root"),
            Count = (int)claims.Number("count", 1, AuditEntries.MaxCount),
            Total = claims.Number("total", 1),
        };
    }
}
