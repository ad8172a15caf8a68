using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Entitlement.Formats;

/// <summary>A signing key that must not be believed any more.</summary>
/// <param name="KeyId">Its <c>kid</c>.</param>
/// <param name="Since">
/// When it was revoked, for people. It does not limit the revocation: who holds the key writes any <c>iat</c> they
/// like.
/// </param>
public sealed record RevokedKey(string KeyId, DateTimeOffset Since);

/// <summary>
/// A list of revoked signing keys (<c>.krl</c>): a JWS with <c>typ</c> <c>krl+jwt</c>, signed by the root key, whose
/// thumbprint is the header's <c>kid</c>. Claims: <c>number</c> (rises with each list), <c>iat</c>, <c>next_update</c>
/// and <c>keys</c>, a list of <c>{ "kid", "since" }</c>; unknown members are passed over.
/// </summary>
public sealed class RevokedKeyList
{
    /// <summary>Of the whole file, with its line end.</summary>
    public const int MaxBytes = 1024 * 1024;

    public const string Type = "krl+jwt";

    private const string Due = "next_update";
    private const string List = "keys";

    private static readonly string[] KeyMembers = ["kid", "since"];

    private RevokedKeyList(long number, DateTimeOffset issueTime, DateTimeOffset nextUpdate,
        ImmutableArray<RevokedKey> keys)
    {
        Number = number;
        IssueTime = issueTime;
        NextUpdate = nextUpdate;
        Keys = keys;
    }

    /// <summary>Of two lists the one with the higher number is the newer.</summary>
    public long Number { get; }

    public DateTimeOffset IssueTime { get; }

    /// <summary>When a newer list is due. A list that is overdue still counts: what it revokes stays revoked.</summary>
    public DateTimeOffset NextUpdate { get; }

    public ImmutableArray<RevokedKey> Keys { get; }

    public bool Revokes(string keyId) => Keys.Any(key => key.KeyId == keyId);

    /// <summary>Reads a list and verifies it with the root that its <c>kid</c> names.</summary>
    /// <param name="roots">The pinned root certificates.</param>
    /// <exception cref="FileFormatException">
    /// The first rule that the list breaks, also when no pinned root signed it.
    /// </exception>
    public static RevokedKeyList Read(ReadOnlySpan<byte> file, IEnumerable<X509Certificate2> roots)
    {
        var jws = CompactJws.Split(file, MaxBytes);
        var header = JoseHeader.ReadWithKeyId(jws.Header, Type, needsCertificate: false);
        if (!roots.Any(root => IsSignedBy(jws, header.KeyId!, root)))
        {
            throw new FileFormatException(FileFormatCode.BadSignature, "signature",
                "is not the one of a pinned root certificate",
                "Get the list from the vendor of the product.");
        }

        return ReadClaims(jws.Payload);
    }

    /// <summary>Reads a list to show it to people, whoever signed it. Never to act on it.</summary>
    /// <exception cref="FileFormatException">
    /// The first rule other than that of the signature that the list breaks.
    /// </exception>
    public static RevokedKeyList Inspect(ReadOnlySpan<byte> file)
    {
        var jws = CompactJws.Split(file, MaxBytes);
        JoseHeader.ReadWithKeyId(jws.Header, Type, needsCertificate: false);
        return ReadClaims(jws.Payload);
    }

    /// <summary>Writes and signs a list: one line of ASCII with a line feed.</summary>
    /// <param name="number">Higher than that of every list before.</param>
    /// <param name="issueTime">Now.</param>
    /// <param name="nextUpdate">When the list after it is due.</param>
    /// <param name="keys">All that are revoked, those of earlier lists too.</param>
    /// <param name="rootKey">The root's private key, on the curve P-256.</param>
    /// <exception cref="FileFormatException">
    /// The list breaks a rule of the format; nothing that would be refused is written.
    /// </exception>
    public static byte[] Write(
        long number, DateTimeOffset issueTime, DateTimeOffset nextUpdate, IEnumerable<RevokedKey> keys, ECDsa rootKey)
    {
        var header = JoseHeader.Write(Type, json => json.WriteString("kid", Jwk.FromKey(rootKey).Thumbprint));
        var payload = new NumberedList(number, issueTime, nextUpdate).Write(Due, List, json =>
        {
            foreach (var key in keys)
            {
                json.WriteStartObject();
                json.WriteString("kid", key.KeyId);
                json.WriteNumber("since", key.Since.ToUnixTimeSeconds());
                json.WriteEndObject();
            }
        });
        ReadClaims(payload);
        var file = CompactJws.Write(header, payload, input =>
            rootKey.SignData(input, HashAlgorithmName.SHA256, DSASignatureFormat.IeeeP1363FixedFieldConcatenation));
        return file.Length <= MaxBytes ? file : throw CompactJws.TooLarge(file.Length, MaxBytes);
    }

    private static bool IsSignedBy(CompactJws jws, string keyId, X509Certificate2 root)
    {
        using var key = root.GetECDsaPublicKey();
        return key is not null && CertificateProfile.IsRoot(root) && Jwk.FromKey(key).Thumbprint == keyId
            && jws.IsSignedBy(key);
    }

    private static RevokedKeyList ReadClaims(byte[] payload)
    {
        var (list, keys) = NumberedList.Read(payload, Due, List, ReadKeys);
        return new RevokedKeyList(list.Number, list.IssueTime, list.DueTime, [.. keys]);
    }

    private static List<RevokedKey> ReadKeys(ref StrictJsonReader json)
    {
        var keys = new List<RevokedKey>();
        json.BeginArray();
        while (json.NextItem(int.MaxValue))
        {
            string? keyId = null;
            DateTimeOffset? since = null;
            json.BeginObject();
            while (json.NextMember(KeyMembers, out var member))
            {
                switch (member)
                {
                    case "kid":
                        keyId = json.ReadBase64UrlOf32Bytes();
                        break;
                    case "since":
                        since = json.ReadInstant();
                        break;
                    default:
                        json.SkipValue();
                        break;
                }
            }

            var path = $"keys[{keys.Count}]";
            keys.Add(new RevokedKey(
                StrictJsonValues.Required(keyId, $"{path}.kid"), StrictJsonValues.Required(since, $"{path}.since")));
        }

        return keys;
    }
}
