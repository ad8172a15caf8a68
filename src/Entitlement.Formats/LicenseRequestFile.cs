using System.Security.Cryptography;

namespace Entitlement.Formats;

/// <summary>
/// A license request file (<c>.lrq</c>): a JWS with <c>typ</c> <c>lrq+jwt</c>, signed by the installation's instance
/// key, whose public half stands in its header.
/// </summary>
public sealed class LicenseRequestFile
{
    /// <summary>Of the whole file, with its line end.</summary>
    public const int MaxBytes = 2 * 1024 * 1024;

    public const string Type = "lrq+jwt";

    private LicenseRequestFile(LicenseRequest request, Jwk instanceKey, ReadOnlyMemory<byte> contentHash,
        bool isVerified)
    {
        Request = request;
        InstanceKey = instanceKey;
        ContentHash = contentHash;
        IsVerified = isVerified;
    }

    public LicenseRequest Request { get; }

    /// <summary>The installation's public key. Its thumbprint is half of what an activation is known by.</summary>
    public Jwk InstanceKey { get; }

    /// <summary>
    /// SHA-256 (32 bytes) of the signing input <c>header.payload</c>: what the request is compared by. The signature is
    /// no part of it, because anyone can write it anew as (r, n − s).
    /// </summary>
    public ReadOnlyMemory<byte> ContentHash { get; }

    /// <summary>
    /// Whether the signature was checked and is the instance key's. Always true after <see cref="Read"/>.
    /// </summary>
    public bool IsVerified { get; }

    /// <summary>
    /// Reads and verifies a request. Size, encoding and header are checked first, then the key and the signature, and
    /// the claims last.
    /// </summary>
    /// <exception cref="FileFormatException">The first rule that the file breaks.</exception>
    public static LicenseRequestFile Read(ReadOnlySpan<byte> file) => Open(file).Verify();

    /// <summary>The cheap half of <see cref="Read"/>: size, encoding and header.</summary>
    /// <exception cref="FileFormatException">The first rule that the file breaks.</exception>
    public static UnverifiedFile<LicenseRequestFile> Open(ReadOnlySpan<byte> file) =>
        new(InstanceJws.Open(file, MaxBytes, Type), ReadClaims);

    /// <summary>Reads a request to show it to people, whether or not its signature holds. Never to act on it.</summary>
    /// <exception cref="FileFormatException">
    /// The first rule other than that of the signature that the file breaks.
    /// </exception>
    public static LicenseRequestFile Inspect(ReadOnlySpan<byte> file) => ReadClaims(InstanceJws.Open(file, MaxBytes, Type).Verify());

    /// <summary>Writes and signs a request: one line of ASCII with a line feed.</summary>
    /// <param name="instanceKey">The installation's private key, on the curve P-256.</param>
    /// <exception cref="FileFormatException">
    /// The request breaks a rule of the format; nothing that would be refused is written.
    /// </exception>
    public static byte[] Write(LicenseRequest request, ECDsa instanceKey)
    {
        var payload = LicenseRequestClaims.Write(request);
        LicenseRequestClaims.Read(payload);
        return InstanceJws.Write(Type, payload, instanceKey, MaxBytes);
    }

    private static LicenseRequestFile ReadClaims(InstanceJws jws) => new(
        StrictJsonValues.ReadVersioned(jws.Payload, LicenseRequestClaims.Read), jws.InstanceKey, jws.ContentHash, jws.IsVerified);
}
