using System.Buffers.Text;
using System.Security.Cryptography;

namespace Entitlement.Formats.Audit;

/// <summary>
/// A head of the audit trail, for safe-keeping elsewhere: a JWS with <c>typ</c> <c>audit-head+jwt</c>, signed by the
/// audit key, whose certificate stands in its header. Whoever has one notices a trail that was cut off at its end or
/// replaced as a whole, also by somebody who holds the key.
/// </summary>
public sealed class AuditHeadFile
{
    /// <summary>Of the whole file, with its line end.</summary>
    public const int MaxBytes = 16 * 1024;

    public const string Type = "audit-head+jwt";

    private static readonly string[] Members = ["ver", "iss", "number", "iat", "block", "total"];

    private readonly CompactJws _jws;

    private AuditHeadFile(CompactJws jws, JoseHeader header, AuditHeadClaims head) =>
        (_jws, KeyId, Certificate, Head) = (jws, header.KeyId!, header.Certificate!, head);

    public AuditHeadClaims Head { get; }

    /// <summary>The header's <c>kid</c>: thumbprint of the audit key, in base64url.</summary>
    public string KeyId { get; }

    /// <summary>The certificate of <c>x5c</c> as DER, not yet looked at.</summary>
    public ReadOnlyMemory<byte> Certificate { get; }

    /// <summary>Reads a head without believing it.</summary>
    /// <exception cref="FileFormatException">The first rule that it breaks.</exception>
    public static AuditHeadFile Read(ReadOnlySpan<byte> file)
    {
        var jws = CompactJws.Split(file, MaxBytes);
        var header = JoseHeader.ReadWithKeyId(jws.Header, Type, needsCertificate: true);
        return new AuditHeadFile(jws, header, StrictJsonValues.ReadVersioned(jws.Payload, ReadClaims));
    }

    /// <inheritdoc cref="AuditBlockFile.Write"/>
    /// <param name="head">Its claims.</param>
    public static byte[] Write(AuditHeadClaims head, string keyId, ReadOnlySpan<byte> certificate, SignData sign)
    {
        var header = JoseHeader.WriteSigner(Type, keyId, certificate);
        var payload = JsonText.Write(json =>
        {
            json.WriteNumber("ver", 1);
            json.WriteString("iss", head.Issuer);
            json.WriteNumber("number", head.Number);
            json.WriteNumber("iat", head.IssueTime.ToUnixTimeSeconds());
            json.WriteString("block", Base64Url.EncodeToString(head.Block.Span));
            json.WriteNumber("total", head.Total);
        });
        ReadClaims(payload);
        return CompactJws.Write(header, payload, sign);
    }

    /// <summary>Whether the signature is that of the key for exactly this content.</summary>
    public bool IsSignedBy(ECDsa key) => _jws.IsSignedBy(key);

    private static AuditHeadClaims ReadClaims(ReadOnlySpan<byte> payload)
    {
        var claims = AuditClaims.Read(payload, Members);
        return new AuditHeadClaims
        {
            Issuer = claims.Issuer,
            Number = claims.Number("number", 0),
            IssueTime = claims.IssueTime,
            Block = claims.Hash("block"),
            Total = claims.Number("total", 0),
        };
    }
}
