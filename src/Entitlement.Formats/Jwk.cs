using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Entitlement.Formats;

/// <summary>A public key on the curve P-256 as a JSON Web Key (RFC 7517), with its thumbprint (RFC 7638).</summary>
public sealed record Jwk
{
    private const int CoordinateLength = 32;

    /// <summary>
    /// What precedes x and y: RFC 5480, an id-ecPublicKey on secp256r1, and of the point that it is not compressed.
    /// </summary>
    private static ReadOnlySpan<byte> SubjectPublicKeyInfoPrefix =>
    [
        0x30, 0x59, 0x30, 0x13, 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01,
        0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07, 0x03, 0x42, 0x00, 0x04,
    ];

    private static readonly string[] Members = ["kty", "crv", "x", "y", "d"];

    private Jwk(string x, string y)
    {
        X = x;
        Y = y;
        ThumbprintBytes = SHA256.HashData(
            Encoding.ASCII.GetBytes($$"""{"crv":"P-256","kty":"EC","x":"{{x}}","y":"{{y}}"}"""));
        Thumbprint = Base64Url.EncodeToString(ThumbprintBytes.Span);
    }

    /// <summary>The x coordinate: 32 bytes in base64url.</summary>
    public string X { get; }

    /// <summary>The y coordinate: 32 bytes in base64url.</summary>
    public string Y { get; }

    /// <summary>
    /// RFC 7638 thumbprint with SHA-256 in base64url: the <c>kid</c> of a signing key, the <c>jkt</c> of an instance
    /// key.
    /// </summary>
    public string Thumbprint { get; }

    /// <summary>The 32 bytes of <see cref="Thumbprint"/>.</summary>
    public ReadOnlyMemory<byte> ThumbprintBytes { get; }

    public bool Equals(Jwk? other) => other is not null && X == other.X && Y == other.Y;

    public override int GetHashCode() => HashCode.Combine(X, Y);

    /// <exception cref="FileFormatException">The key is not on the curve P-256.</exception>
    public static Jwk FromKey(ECDsa key)
    {
        var parameters = key.ExportParameters(includePrivateParameters: false);
        if (!IsP256(parameters.Curve) || parameters.Q is not { X.Length: CoordinateLength, Y.Length: CoordinateLength })
        {
            throw new FileFormatException(FileFormatCode.BadKey, "key", "must be on the curve P-256",
                "Make a key of that kind.");
        }

        return new Jwk(Base64Url.EncodeToString(parameters.Q.X), Base64Url.EncodeToString(parameters.Q.Y));
    }

    /// <summary>The key for use. Importing it proves that the point lies on the curve.</summary>
    /// <exception cref="FileFormatException">It does not.</exception>
    public ECDsa ToKey()
    {
        // As a SubjectPublicKeyInfo, which OpenSSL takes in and then verifies with in five sixths of the time that it takes for
        // bare coordinates; each request brings a key of its own.
        Span<byte> encoded = stackalloc byte[SubjectPublicKeyInfoPrefix.Length + (2 * CoordinateLength)];
        SubjectPublicKeyInfoPrefix.CopyTo(encoded);
        Base64Url.DecodeFromChars(X, encoded[SubjectPublicKeyInfoPrefix.Length..]);
        Base64Url.DecodeFromChars(Y, encoded[^CoordinateLength..]);
        var key = ECDsa.Create();
        try
        {
            key.ImportSubjectPublicKeyInfo(encoded, out _);
            return key;
        }
        catch (CryptographicException exception)
        {
            key.Dispose();
            throw new FileFormatException(FileFormatCode.BadKey, "header.jwk", "must be a point on the curve P-256",
                "Make a new instance key and a new request.", exception);
        }
    }

    /// <summary>
    /// Reads the <c>jwk</c> of a request's header, in which only the members of a public key may stand.
    /// </summary>
    internal static Jwk Read(ref StrictJsonReader json, string path)
    {
        string? kty = null, crv = null, x = null, y = null;
        json.BeginObject();
        while (json.NextMember(Members, out var member))
        {
            switch (member)
            {
                case "kty":
                    kty = json.ReadString();
                    break;
                case "crv":
                    crv = json.ReadString();
                    break;
                case "x":
                    x = json.ReadBase64UrlOf32Bytes();
                    break;
                case "y":
                    y = json.ReadBase64UrlOf32Bytes();
                    break;
                case "d":
                    throw json.Refuse(FileFormatCode.BadKey, "is the private key, which must never leave the machine",
                        "Make a new instance key and a new request; this key is spoilt.");
                default:
                    json.RefuseUnknown();
                    break;
            }
        }

        Expect(kty, "EC", $"{path}.kty");
        Expect(crv, "P-256", $"{path}.crv");
        return new Jwk(StrictJsonValues.Required(x, $"{path}.x"), StrictJsonValues.Required(y, $"{path}.y"));
    }

    internal void WriteMembers(Utf8JsonWriter json)
    {
        json.WriteString("kty", "EC");
        json.WriteString("crv", "P-256");
        json.WriteString("x", X);
        json.WriteString("y", Y);
    }

    internal static Jwk FromCoordinates(string x, string y) => new(x, y);

    private static bool IsP256(ECCurve curve) =>
        curve.IsNamed && curve.Oid.Value == ECCurve.NamedCurves.nistP256.Oid.Value;

    private static void Expect(string? value, string expected, string member)
    {
        if (StrictJsonValues.Required(value, member) != expected)
        {
            throw new FileFormatException(FileFormatCode.BadKey, member, $"must be {expected}",
                "Use a key on the curve P-256.");
        }
    }
}
