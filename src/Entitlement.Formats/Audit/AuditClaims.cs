using System.Buffers.Text;

namespace Entitlement.Formats.Audit;

/// <summary>
/// What was read of a block or a head; each member must be there, and those that are not known are passed over.
/// </summary>
internal sealed class AuditClaims
{
    private readonly Dictionary<string, string> _hashes = new(StringComparer.Ordinal);
    private readonly Dictionary<string, long> _numbers = new(StringComparer.Ordinal);
    private string? _issuer;
    private DateTimeOffset? _issueTime;
    private bool _hasVersion;

    private AuditClaims()
    {
    }

    public string Issuer => StrictJsonValues.Required(_issuer, "iss");

    public DateTimeOffset IssueTime => StrictJsonValues.Required(_issueTime, "iat");

    /// <param name="utf8">The payload.</param>
    /// <param name="members">The members of this kind of file.</param>
    public static AuditClaims Read(ReadOnlySpan<byte> utf8, string[] members)
    {
        var claims = new AuditClaims();
        var json = new StrictJsonReader(utf8, "payload", "");
        json.BeginObject();
        while (json.NextMember(members, out var member))
        {
            switch (member)
            {
                case "ver":
                    json.ReadVersion();
                    claims._hasVersion = true;
                    break;
                case "iss":
                    claims._issuer = json.ReadString();
                    break;
                case "iat":
                    claims._issueTime = json.ReadInstant();
                    break;
                case "previous" or "root" or "block":
                    claims._hashes[member] = json.ReadBase64UrlOf32Bytes();
                    break;
                case "number" or "count" or "total":
                    claims._numbers[member] = json.ReadInteger(0, long.MaxValue);
                    break;
                default:
                    json.SkipValue();
                    break;
            }
        }

        json.End();
        return claims._hasVersion ? claims : throw StrictJsonValues.Missing("ver");
    }

    public byte[] Hash(string member) =>
        Base64Url.DecodeFromChars(StrictJsonValues.Required(_hashes.GetValueOrDefault(member), member));

    public long Number(string member, long min, long max = long.MaxValue)
    {
        if (!_numbers.TryGetValue(member, out var number))
        {
            throw StrictJsonValues.Missing(member);
        }

        return number >= min && number <= max
            ? number
            : throw new FileFormatException(FileFormatCode.OutOfRange, member,
                $"must be a whole number from {min} to {max}", "Correct the number.");
    }
}
