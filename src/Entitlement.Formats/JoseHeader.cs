using System.Text.Json;

namespace Entitlement.Formats;

/// <summary>
/// The header of a file. <c>typ</c> and <c>alg</c> are checked against what the caller expects, never obeyed.
/// </summary>
internal sealed class JoseHeader
{
    private const string Algorithm = "ES256";

    /// <summary>
    /// Base64 of a certificate. One of P-256 has some 700 characters; this leaves room for long names.
    /// </summary>
    private const int MaxCertificateLength = 8 * 1024;

    private static readonly string[] Members = ["alg", "typ", "crit", "jwk", "kid", "x5c"];

    public Jwk? Key { get; private set; }

    public string? KeyId { get; private set; }

    /// <summary>The one certificate of <c>x5c</c>, as DER; null when there is none.</summary>
    public byte[]? Certificate { get; private set; }

    /// <summary>Reads the header of a request: <c>alg</c>, <c>typ</c> and <c>jwk</c>, and nothing else.</summary>
    public static JoseHeader ReadWithKey(ReadOnlySpan<byte> utf8, string type)
    {
        RequireType(utf8, type);
        var header = new JoseHeader();
        var json = new StrictJsonReader(utf8, "header", "header.");
        json.BeginObject();
        while (json.NextMember(Members, out var member))
        {
            switch (member)
            {
                case "alg" or "typ":
                    json.SkipValue();
                    break;
                case "jwk":
                    header.Key = Jwk.Read(ref json, "header.jwk");
                    break;
                default:
                    json.RefuseUnknown();
                    break;
            }
        }

        StrictJsonValues.Required(header.Key, "header.jwk");
        return header;
    }

    /// <summary>
    /// Reads the header of what the service signs. Members that this version does not know are passed over, and so are
    /// <c>jwk</c>, <c>jku</c> and <c>x5u</c>: a key that the file itself brings is never used.
    /// </summary>
    /// <param name="utf8">The header.</param>
    /// <param name="type">What its <c>typ</c> must be.</param>
    /// <param name="needsCertificate">Whether <c>x5c</c> must be there.</param>
    /// <param name="takesCertificate">Whether it is read where it need not be there.</param>
    public static JoseHeader ReadWithKeyId(
        ReadOnlySpan<byte> utf8, string type, bool needsCertificate, bool takesCertificate = false)
    {
        RequireType(utf8, type);
        var header = new JoseHeader();
        var json = new StrictJsonReader(utf8, "header", "header.");
        json.BeginObject();
        while (json.NextMember(Members, out var member))
        {
            switch (member)
            {
                case "kid":
                    header.KeyId = json.ReadBase64UrlOf32Bytes();
                    break;
                case "x5c" when needsCertificate || takesCertificate:
                    header.Certificate = ReadCertificate(ref json);
                    break;
                default:
                    json.SkipValue(MaxCertificateLength);
                    break;
            }
        }

        StrictJsonValues.Required(header.KeyId, "header.kid");
        return needsCertificate && header.Certificate is null ? throw StrictJsonValues.Missing("header.x5c") : header;
    }

    public static byte[] Write(string type, Action<Utf8JsonWriter> writeRest) => JsonText.Write(json =>
    {
        json.WriteString("alg", Algorithm);
        json.WriteString("typ", type);
        writeRest(json);
    });

    /// <summary>Of what the service signs: its <c>kid</c>, and its certificate alone in <c>x5c</c>.</summary>
    /// <param name="certificate">As DER; empty where none belongs into the header.</param>
    public static byte[] WriteSigner(string type, string keyId, ReadOnlySpan<byte> certificate)
    {
        var chain = certificate.IsEmpty ? null : Convert.ToBase64String(certificate);
        var header = Write(type, json =>
        {
            json.WriteString("kid", keyId);
            if (chain is not null)
            {
                json.WriteStartArray("x5c");
                json.WriteStringValue(chain);
                json.WriteEndArray();
            }
        });
        ReadWithKeyId(header, type, needsCertificate: chain is not null);
        return header;
    }

    /// <summary>
    /// A pass of its own before the rest is looked at, so that a file of another kind is told as that and not by the
    /// first member that is strange in it. Order: <c>typ</c>, <c>alg</c>, <c>crit</c>.
    /// </summary>
    private static void RequireType(ReadOnlySpan<byte> utf8, string expected)
    {
        string? type = null, algorithm = null;
        var isCritical = false;
        var json = new StrictJsonReader(utf8, "header", "header.");
        json.BeginObject();
        while (json.NextMember(Members, out var member))
        {
            switch (member)
            {
                case "typ":
                    type = json.ReadString();
                    break;
                case "alg":
                    algorithm = json.ReadString();
                    break;
                default:
                    isCritical |= member == "crit";
                    json.SkipValue(MaxCertificateLength);
                    break;
            }
        }

        json.End();
        if (StrictJsonValues.Required(type, "header.typ") != expected)
        {
            throw new FileFormatException(FileFormatCode.WrongType, "header.typ",
                $"must be {expected} and is {FileFormatException.Shown(type!)}",
                "Hand in a file of the kind that is asked for.");
        }

        if (StrictJsonValues.Required(algorithm, "header.alg") != Algorithm)
        {
            throw new FileFormatException(FileFormatCode.WrongAlgorithm, "header.alg",
                $"must be {Algorithm} and is {FileFormatException.Shown(algorithm!)}", $"Sign with {Algorithm}.");
        }

        if (isCritical)
        {
            throw new FileFormatException(FileFormatCode.CriticalNotUnderstood, "header.crit",
                "names extensions, and none is understood",
                "Update the program that reads the file, or make it without extensions.");
        }
    }

    internal static byte[] ReadCertificate(ref StrictJsonReader json)
    {
        byte[]? certificate = null;
        json.BeginArray();
        while (json.NextItem(max: 1))
        {
            certificate = TryDecode(json.ReadString(maxLength: MaxCertificateLength))
                ?? throw json.Refuse(FileFormatCode.BadCertificate,
                    "must be a certificate as base64 of its DER (RFC 7515 §4.1.6)",
                    "Get the license file again.");
        }

        return certificate
            ?? throw json.Refuse(FileFormatCode.BadCertificate, "must hold the certificate of the signing key",
                "Get the license file again.");
    }

    private static byte[]? TryDecode(string base64)
    {
        var bytes = new byte[base64.Length];
        return Convert.TryFromBase64String(base64, bytes, out var length)
            && Convert.ToBase64String(bytes, 0, length) == base64
                ? bytes[..length]
                : null;
    }
}
