using System.Security.Cryptography;

namespace Entitlement.Formats;

/// <summary>
/// A return receipt file (<c>.ret</c>): a JWS with <c>typ</c> <c>ret+jwt</c>, signed by the instance key, whose public
/// half stands in its header: the service keeps nothing but the key's thumbprint.
/// </summary>
public sealed class ReturnReceiptFile
{
    /// <summary>Of the whole file, with its line end; a receipt takes some 600 bytes.</summary>
    public const int MaxBytes = 8 * 1024;

    public const string Type = "ret+jwt";

    private static readonly string[] Members = ["sub", "gen", "jti", "iat"];

    private ReturnReceiptFile(ReturnReceipt receipt, Jwk instanceKey, bool isVerified)
    {
        Receipt = receipt;
        InstanceKey = instanceKey;
        IsVerified = isVerified;
    }

    public ReturnReceipt Receipt { get; }

    /// <summary>The installation's public key. Only the one that was activated can return its activation.</summary>
    public Jwk InstanceKey { get; }

    /// <summary>Whether the signature is the instance key's. Always true after <see cref="Read"/>.</summary>
    public bool IsVerified { get; }

    /// <summary>Reads and verifies a receipt; in the same order as a license request.</summary>
    /// <exception cref="FileFormatException">The first rule that the file breaks.</exception>
    public static ReturnReceiptFile Read(ReadOnlySpan<byte> file) => Open(file).Verify();

    /// <summary>The cheap half of <see cref="Read"/>: size, encoding and header.</summary>
    /// <exception cref="FileFormatException">The first rule that the file breaks.</exception>
    public static UnverifiedFile<ReturnReceiptFile> Open(ReadOnlySpan<byte> file) =>
        new(InstanceJws.Open(file, MaxBytes, Type), ReadClaims);

    /// <summary>Reads a receipt to show it to people, whether or not its signature holds. Never to act on it.</summary>
    /// <exception cref="FileFormatException">
    /// The first rule other than that of the signature that the file breaks.
    /// </exception>
    public static ReturnReceiptFile Inspect(ReadOnlySpan<byte> file) =>
        ReadClaims(InstanceJws.Open(file, MaxBytes, Type).Verify());

    /// <summary>Writes and signs a receipt: one line of ASCII with a line feed.</summary>
    /// <param name="instanceKey">The installation's private key, on the curve P-256.</param>
    /// <exception cref="FileFormatException">
    /// The receipt breaks a rule of the format; nothing that would be refused is written.
    /// </exception>
    public static byte[] Write(ReturnReceipt receipt, ECDsa instanceKey)
    {
        var payload = JsonText.Write(json =>
        {
            json.WriteString("sub", receipt.Subject);
            json.WriteNumber("gen", receipt.Generation);
            json.WriteString("jti", receipt.Jti.ToString("D"));
            json.WriteNumber("iat", receipt.IssueTime.ToUnixTimeSeconds());
        });
        ReadClaims(new StrictJsonReader(payload, "payload", ""));
        return InstanceJws.Write(Type, payload, instanceKey, MaxBytes);
    }

    private static ReturnReceiptFile ReadClaims(InstanceJws jws) =>
        new(ReadClaims(new StrictJsonReader(jws.Payload, "payload", "")), jws.InstanceKey, jws.IsVerified);

    /// <summary>Unknown members are refused: what is signed must be what is understood.</summary>
    private static ReturnReceipt ReadClaims(StrictJsonReader json)
    {
        string? subject = null;
        int? generation = null;
        Guid? jti = null;
        DateTimeOffset? issueTime = null;
        json.BeginObject();
        while (json.NextMember(Members, out var member))
        {
            switch (member)
            {
                case "sub":
                    subject = json.ReadString();
                    break;
                case "gen":
                    generation = (int)json.ReadInteger(1, int.MaxValue);
                    break;
                case "jti":
                    jti = json.ReadUuid();
                    break;
                case "iat":
                    issueTime = json.ReadInstant();
                    break;
                default:
                    json.RefuseUnknown();
                    break;
            }
        }

        json.End();
        return new ReturnReceipt
        {
            Subject = StrictJsonValues.Required(subject, "sub"),
            Generation = StrictJsonValues.Required(generation, "gen"),
            Jti = StrictJsonValues.Required(jti, "jti"),
            IssueTime = StrictJsonValues.Required(issueTime, "iat"),
        };
    }
}
