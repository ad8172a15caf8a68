using System.Collections.Frozen;
using System.Security.Cryptography.X509Certificates;

namespace Entitlement.Formats;

/// <summary>
/// A list of revoked license files (<c>.rl</c>): a JWS with <c>typ</c> <c>rl+jwt</c>, signed by the service's signing
/// key, whose certificate stands in its header. Claims: <c>number</c> (rises with each list), <c>iat</c>, <c>exp</c> and
/// <c>activations</c>, a list of <c>{ "sub", "gen" }</c>; unknown members are passed over.
/// </summary>
public sealed class RevokedActivationList
{
    /// <summary>Of the whole file, with its line end.</summary>
    public const int MaxBytes = 3 * 1024 * 1024;

    /// <summary>Most activations that fit, by the longest names that the service writes.</summary>
    public const int MaxActivations = 12_000;

    public const string Type = "rl+jwt";

    private const string Due = "exp";
    private const string List = "activations";

    private static readonly string[] ActivationMembers = ["sub", "gen"];

    private RevokedActivationList(
        long number, DateTimeOffset issueTime, DateTimeOffset expireTime, FrozenDictionary<string, int> activations)
    {
        Number = number;
        IssueTime = issueTime;
        ExpireTime = expireTime;
        Activations = activations;
    }

    /// <summary>Of two lists the one with the higher number is the newer.</summary>
    public long Number { get; }

    public DateTimeOffset IssueTime { get; }

    /// <summary>When a newer list is due. A list that is overdue still counts: what it voids stays void.</summary>
    public DateTimeOffset ExpireTime { get; }

    /// <summary>The highest generation that is void, by the activation's resource name.</summary>
    public FrozenDictionary<string, int> Activations { get; }

    /// <summary>
    /// Whether a file counts for nothing any more. Generations rise, so a file that is issued after the activation has
    /// taken a seat again lies above the one that is listed.
    /// </summary>
    public bool Voids(string activation, int generation) =>
        Activations.TryGetValue(activation, out var last) && generation <= last;

    /// <summary>Reads a list and verifies it as a license file is: key, certificate and time of signing.</summary>
    /// <param name="file">The whole file.</param>
    /// <param name="roots">The pinned root certificates.</param>
    /// <param name="revokedKeys">The newest list of revoked signing keys that was seen; null if none ever was.</param>
    /// <exception cref="FileFormatException">
    /// The first rule that the list breaks, also when its key is not to be believed.
    /// </exception>
    public static RevokedActivationList Read(
        ReadOnlySpan<byte> file, IEnumerable<X509Certificate2> roots, RevokedKeyList? revokedKeys)
    {
        var jws = CompactJws.Split(file, MaxBytes);
        var header = JoseHeader.ReadWithKeyId(jws.Header, Type, needsCertificate: true);
        var list = ReadClaims(jws.Payload);
        var problem = CertificateProfile.Check(header.Certificate, roots, list.IssueTime, out var key);
        using (key)
        {
            if (problem != CertificateProblem.None)
            {
                throw new FileFormatException(FileFormatCode.BadCertificate, "header.x5c",
                    "must be a signing certificate of a pinned root, valid when the list was made",
                    "Get the list from the service again.");
            }

            return Jwk.FromKey(key!).Thumbprint == header.KeyId && jws.IsSignedBy(key!)
                && revokedKeys?.Revokes(header.KeyId!) != true
                    ? list
                    : throw new FileFormatException(FileFormatCode.BadSignature, "signature",
                        "is not the one of header.x5c for this content, or its key was revoked",
                        "Get the list from the service again.");
        }
    }

    /// <summary>Reads a list without believing it.</summary>
    /// <exception cref="FileFormatException">
    /// The first rule other than that of the signature that the list breaks.
    /// </exception>
    public static RevokedActivationList Inspect(ReadOnlySpan<byte> file) => Inspect(file, out _);

    /// <inheritdoc cref="Inspect(ReadOnlySpan{byte})"/>
    /// <param name="signer">Who the list says has signed it.</param>
    public static RevokedActivationList Inspect(ReadOnlySpan<byte> file, out ClaimedSigner signer)
    {
        var jws = CompactJws.Split(file, MaxBytes);
        signer = new ClaimedSigner(jws, JoseHeader.ReadWithKeyId(jws.Header, Type, needsCertificate: true));
        return ReadClaims(jws.Payload);
    }

    /// <summary>Writes and signs a list: one line of ASCII with a line feed.</summary>
    /// <param name="number">Higher than that of every list before.</param>
    /// <param name="issueTime">Now.</param>
    /// <param name="expireTime">When the list after it is due.</param>
    /// <param name="activations">The highest void generation of each activation; at most <see cref="MaxActivations"/>.</param>
    /// <param name="keyId">Thumbprint of the signing key.</param>
    /// <param name="certificate">The certificate of the signing key, as DER.</param>
    /// <param name="sign">Signs with it.</param>
    /// <exception cref="FileFormatException">
    /// The list breaks a rule of the format; nothing that would be refused is written.
    /// </exception>
    public static byte[] Write(
        long number,
        DateTimeOffset issueTime,
        DateTimeOffset expireTime,
        IEnumerable<KeyValuePair<string, int>> activations,
        string keyId,
        ReadOnlySpan<byte> certificate,
        SignData sign)
    {
        var header = JoseHeader.WriteSigner(Type, keyId, certificate);
        var payload = new NumberedList(number, issueTime, expireTime).Write(Due, List, json =>
        {
            foreach (var (activation, generation) in activations.OrderBy(entry => entry.Key, StringComparer.Ordinal))
            {
                json.WriteStartObject();
                json.WriteString("sub", activation);
                json.WriteNumber("gen", generation);
                json.WriteEndObject();
            }
        });
        ReadClaims(payload);
        var file = CompactJws.Write(header, payload, sign);
        return file.Length <= MaxBytes ? file : throw CompactJws.TooLarge(file.Length, MaxBytes);
    }

    private static RevokedActivationList ReadClaims(byte[] payload)
    {
        var (list, activations) = NumberedList.Read(payload, Due, List, ReadActivations);
        return new RevokedActivationList(
            list.Number, list.IssueTime, list.DueTime, activations.ToFrozenDictionary(StringComparer.Ordinal));
    }

    private static Dictionary<string, int> ReadActivations(ref StrictJsonReader json)
    {
        var activations = new Dictionary<string, int>(StringComparer.Ordinal);
        json.BeginArray();
        while (json.NextItem(MaxActivations))
        {
            string? activation = null;
            int? generation = null;
            json.BeginObject();
            while (json.NextMember(ActivationMembers, out var member))
            {
                switch (member)
                {
                    case "sub":
                        activation = json.ReadString();
                        break;
                    case "gen":
                        generation = (int)json.ReadInteger(1, int.MaxValue);
                        break;
                    default:
                        json.SkipValue();
                        break;
                }
            }

            var path = $"activations[{activations.Count}]";
            var name = StrictJsonValues.Required(activation, $"{path}.sub");
            if (!activations.TryAdd(name, StrictJsonValues.Required(generation, $"{path}.gen")))
            {
                throw new FileFormatException(FileFormatCode.DuplicateMember, $"{path}.sub", "must stand once in the list",
                    "Get the list from the service again.");
            }
        }

        return activations;
    }
}
