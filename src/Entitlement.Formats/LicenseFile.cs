using System.Security.Cryptography;

namespace Entitlement.Formats;

/// <summary>
/// A license file (<c>.lic</c>): a JWS with <c>typ</c> <c>lic+jwt</c>, signed by the service's signing key, whose
/// certificate stands in its header. Reading proves its form alone; whether to believe it is decided by
/// <see cref="CertificateProfile"/>, <see cref="IsSignedBy"/> and the rules for its claims.
/// </summary>
public sealed class LicenseFile
{
    /// <summary>Of the whole file, with its line end.</summary>
    public const int MaxBytes = 3 * 1024 * 1024;

    public const string Type = "lic+jwt";

    private readonly CompactJws _jws;

    private LicenseFile(CompactJws jws, JoseHeader header, LicenseClaims claims)
    {
        _jws = jws;
        KeyId = header.KeyId!;
        Certificate = header.Certificate!;
        Claims = claims;
    }

    public LicenseClaims Claims { get; }

    /// <summary>The header's <c>kid</c>: thumbprint of the signing key, in base64url.</summary>
    public string KeyId { get; }

    /// <summary>The certificate of <c>x5c</c> as DER, not yet looked at.</summary>
    public ReadOnlyMemory<byte> Certificate { get; }

    /// <summary>SHA-256 (32 bytes) of the signing input <c>header.payload</c>.</summary>
    public ReadOnlyMemory<byte> ContentHash => _jws.ContentHash;

    /// <summary>Reads a license file without believing it.</summary>
    /// <exception cref="FileFormatException">The first rule that the file breaks.</exception>
    public static LicenseFile Read(ReadOnlySpan<byte> file)
    {
        var jws = CompactJws.Split(file, MaxBytes);
        var header = JoseHeader.ReadWithKeyId(jws.Header, Type, needsCertificate: true);
        return new LicenseFile(jws, header, StrictJsonValues.ReadVersioned(jws.Payload, LicenseClaimsJson.Read));
    }

    /// <summary>Writes and signs a license file: one line of ASCII with a line feed.</summary>
    /// <param name="keyId">Thumbprint of the signing key; see <see cref="Jwk.Thumbprint"/>.</param>
    /// <param name="certificate">The certificate of the signing key, as DER.</param>
    /// <exception cref="FileFormatException">
    /// The claims break a rule of the format; nothing that would be refused is written.
    /// </exception>
    public static byte[] Write(LicenseClaims claims, string keyId, ReadOnlySpan<byte> certificate, SignData sign)
    {
        var header = JoseHeader.WriteSigner(Type, keyId, certificate);
        var payload = LicenseClaimsJson.Write(claims);
        LicenseClaimsJson.Read(payload);
        var file = CompactJws.Write(header, payload, sign);
        return file.Length <= MaxBytes ? file : throw CompactJws.TooLarge(file.Length, MaxBytes);
    }

    /// <summary>Whether the signature is that of the key for exactly this content.</summary>
    public bool IsSignedBy(ECDsa key) => _jws.IsSignedBy(key);
}
