using System.Collections.Immutable;
using System.Security.Cryptography.X509Certificates;

namespace Entitlement.Formats;

/// <summary>A key that verifies license files, with the certificate that makes it count.</summary>
/// <param name="Certificate">
/// X.509 in DER, from <c>x5c</c>; empty when the set has none, and then the key counts for nothing.
/// </param>
public sealed record VerificationKey(string KeyId, Jwk Key, ReadOnlyMemory<byte> Certificate);

/// <summary>
/// The service's verification keys as a JWK Set (RFC 7517 §5): each with <c>kty</c>, <c>crv</c>, <c>x</c>, <c>y</c>,
/// <c>kid</c> (RFC 7638 thumbprint), <c>use</c> <c>sig</c>, <c>alg</c> <c>ES256</c> and <c>x5c</c>. Unknown members are
/// passed over and so are keys that are not on P-256 (RFC 7517 §5).
/// </summary>
public static class JsonWebKeySet
{
    /// <summary>The largest text that is read.</summary>
    public const int MaxBytes = 1024 * 1024;

    private const int MaxCertificateLength = 8 * 1024;

    private static readonly string[] Members = ["keys"];
    private static readonly string[] KeyMembers = ["kty", "crv", "x", "y", "kid", "x5c"];

    public static byte[] Write(IEnumerable<X509Certificate2> certificates) => JsonText.Write(json =>
    {
        json.WriteStartArray("keys");
        foreach (var certificate in certificates)
        {
            using var publicKey = certificate.GetECDsaPublicKey()
                ?? throw new FileFormatException(FileFormatCode.BadKey, "x5c", "must hold a key on P-256",
                    "Issue one.");
            var key = Jwk.FromKey(publicKey);
            json.WriteStartObject();
            key.WriteMembers(json);
            json.WriteString("kid", key.Thumbprint);
            json.WriteString("use", "sig");
            json.WriteString("alg", "ES256");
            json.WriteStartArray("x5c");
            json.WriteStringValue(Convert.ToBase64String(certificate.RawDataMemory.Span));
            json.WriteEndArray();
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }, indented: true);

    /// <exception cref="FileFormatException">The first rule that the set breaks.</exception>
    public static ImmutableArray<VerificationKey> Read(ReadOnlySpan<byte> utf8)
    {
        if (utf8.Length > MaxBytes)
        {
            throw CompactJws.TooLarge(utf8.Length, MaxBytes);
        }

        ImmutableArray<VerificationKey>? keys = null;
        var json = new StrictJsonReader(utf8, "file", "");
        json.BeginObject();
        while (json.NextMember(Members, out var member))
        {
            if (member is not null)
            {
                keys = ReadKeys(ref json);
            }
            else
            {
                json.SkipValue(MaxCertificateLength);
            }
        }

        json.End();
        return StrictJsonValues.Required(keys, "keys");
    }

    private static ImmutableArray<VerificationKey> ReadKeys(ref StrictJsonReader json)
    {
        var keys = ImmutableArray.CreateBuilder<VerificationKey>();
        json.BeginArray();
        while (json.NextItem(int.MaxValue))
        {
            if (ReadKey(ref json) is { } key)
            {
                keys.Add(key);
            }
        }

        return keys.ToImmutable();
    }

    private static VerificationKey? ReadKey(ref StrictJsonReader json)
    {
        var texts = new Dictionary<string, string>(StringComparer.Ordinal);
        byte[] certificate = [];
        json.BeginObject();
        while (json.NextMember(KeyMembers, out var member))
        {
            switch (member)
            {
                case "x5c":
                    certificate = JoseHeader.ReadCertificate(ref json);
                    break;
                case null:
                    json.SkipValue(MaxCertificateLength);
                    break;
                default:
                    texts[member] = json.ReadString(maxLength: MaxCertificateLength);
                    break;
            }
        }

        return texts.GetValueOrDefault("kty") == "EC" && texts.GetValueOrDefault("crv") == "P-256"
            && texts.TryGetValue("x", out var x) && CanonicalBase64Url.TryDecode(x, 32) is not null
            && texts.TryGetValue("y", out var y) && CanonicalBase64Url.TryDecode(y, 32) is not null
                ? ToKey(Jwk.FromCoordinates(x, y), texts.GetValueOrDefault("kid"), certificate)
                : null;
    }

    private static VerificationKey ToKey(Jwk key, string? keyId, byte[] certificate) =>
        new(keyId ?? key.Thumbprint, key, certificate);
}
