using System.Buffers.Text;
using System.Security.Cryptography;

namespace Entitlement.Formats;

/// <summary>
/// The proof of a product's call: a JWS with <c>typ</c> <c>call+jwt</c>, signed by the instance key, whose public half
/// stands in its header: the service keeps nothing but the key's thumbprint.
/// </summary>
public sealed class CallProofFile
{
    /// <summary>Of the whole proof, with its line end; one takes some 700 bytes.</summary>
    public const int MaxBytes = 8 * 1024;

    public const string Type = "call+jwt";

    private static readonly string[] Members = ["aud", "rpc", "sub", "seq", "body"];

    private readonly byte[] _contentHash;

    private CallProofFile(CallProof proof, InstanceJws jws)
    {
        Proof = proof;
        InstanceKey = jws.InstanceKey;
        IsVerified = jws.IsVerified;
        _contentHash = jws.ContentHash;
    }

    public CallProof Proof { get; }

    /// <summary>The installation's public key. Only the one that was activated speaks for its activation.</summary>
    public Jwk InstanceKey { get; }

    /// <summary>Whether the signature is the instance key's. Always true after <see cref="Read"/>.</summary>
    public bool IsVerified { get; }

    /// <summary>
    /// SHA-256 of the signing input: what tells one call from another. Never of the signature, which anyone can
    /// rewrite.
    /// </summary>
    public ReadOnlyMemory<byte> ContentHash => _contentHash;

    /// <summary>Reads and verifies a proof; in the same order as a license request.</summary>
    /// <exception cref="FileFormatException">The first rule that the proof breaks.</exception>
    public static CallProofFile Read(ReadOnlySpan<byte> file) => Open(file).Verify();

    /// <summary>The cheap half of <see cref="Read"/>: size, encoding and header.</summary>
    /// <exception cref="FileFormatException">The first rule that the proof breaks.</exception>
    public static UnverifiedFile<CallProofFile> Open(ReadOnlySpan<byte> file) =>
        new(InstanceJws.Open(file, MaxBytes, Type), ReadClaims);

    /// <summary>Reads a proof to show it to people, whether or not its signature holds. Never to act on it.</summary>
    /// <exception cref="FileFormatException">
    /// The first rule other than that of the signature that the proof breaks.
    /// </exception>
    public static CallProofFile Inspect(ReadOnlySpan<byte> file) =>
        ReadClaims(InstanceJws.Open(file, MaxBytes, Type).Verify());

    /// <summary>Writes and signs a proof: one line of ASCII with a line feed.</summary>
    /// <param name="instanceKey">The installation's private key, on the curve P-256.</param>
    /// <exception cref="FileFormatException">
    /// The proof breaks a rule of the format; nothing that would be refused is written.
    /// </exception>
    public static byte[] Write(CallProof proof, ECDsa instanceKey)
    {
        var payload = JsonText.Write(json =>
        {
            json.WriteString("aud", proof.Audience);
            json.WriteString("rpc", proof.Rpc);
            json.WriteString("sub", proof.Subject);
            json.WriteNumber("seq", proof.Sequence);
            json.WriteString("body", proof.BodyHash);
        });
        ReadClaims(new StrictJsonReader(payload, "payload", ""));
        return InstanceJws.Write(Type, payload, instanceKey, MaxBytes);
    }

    /// <summary><c>body</c> for the bytes that a call carries.</summary>
    public static string HashOf(ReadOnlySpan<byte> body) => Base64Url.EncodeToString(SHA256.HashData(body));

    private static CallProofFile ReadClaims(InstanceJws jws) =>
        new(ReadClaims(new StrictJsonReader(jws.Payload, "payload", "")), jws);

    /// <summary>Unknown members are refused: what is signed must be what is understood.</summary>
    private static CallProof ReadClaims(StrictJsonReader json)
    {
        string? audience = null, rpc = null, subject = null, body = null;
        long? sequence = null;
        json.BeginObject();
        while (json.NextMember(Members, out var member))
        {
            switch (member)
            {
                case "aud":
                    audience = json.ReadString();
                    break;
                case "rpc":
                    rpc = json.ReadString();
                    break;
                case "sub":
                    subject = json.ReadString();
                    break;
                case "seq":
                    sequence = json.ReadInteger(1, CallProof.MaxSequence);
                    break;
                case "body":
                    body = json.ReadBase64UrlOf32Bytes();
                    break;
                default:
                    json.RefuseUnknown();
                    break;
            }
        }

        json.End();
        return new CallProof
        {
            Audience = StrictJsonValues.Required(audience, "aud"),
            Rpc = StrictJsonValues.Required(rpc, "rpc"),
            Subject = StrictJsonValues.Required(subject, "sub"),
            Sequence = StrictJsonValues.Required(sequence, "seq"),
            BodyHash = StrictJsonValues.Required(body, "body"),
        };
    }
}
