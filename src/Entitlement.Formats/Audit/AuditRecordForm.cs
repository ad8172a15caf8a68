using System.Buffers.Text;
using System.Globalization;

namespace Entitlement.Formats.Audit;

/// <summary>
/// What is sealed of an audit record: all that it says but for people's own words, which it holds by their commitment.
/// </summary>
/// <param name="Account">The account that it belongs to; the nil UUID for the installation.</param>
/// <param name="Id">The record's id.</param>
/// <param name="Time">When it was written. Milliseconds count; what is finer is cut off.</param>
/// <param name="Actor">Who did it.</param>
/// <param name="Action">What was done.</param>
/// <param name="Resource">To what.</param>
/// <param name="Details">What else matters, as the very JSON text that is stored.</param>
/// <param name="ReasonCommitment">See <see cref="AuditReasonCommitment"/>; empty when no reason was given.</param>
public sealed record AuditRecordForm(
    Guid Account,
    Guid Id,
    DateTimeOffset Time,
    string Actor,
    string Action,
    string Resource,
    string Details,
    ReadOnlyMemory<byte> ReasonCommitment)
{
    private const string Purpose = "entitlement-audit-record-1";

    /// <summary>The bytes that are hashed: each field as text, in this order, each with its length before it.</summary>
    public byte[] ToBytes() => Fields().ToBytes();

    /// <summary>SHA-256 of <see cref="ToBytes"/>, 32 bytes.</summary>
    public byte[] Hash() => Fields().Hash();

    private LengthPrefixed Fields() => new LengthPrefixed()
        .Add(Purpose)
        .Add(Account == Guid.Empty ? "" : Account.ToString("D"))
        .Add(Id.ToString("D"))
        .Add(Time.ToUnixTimeMilliseconds().ToString(CultureInfo.InvariantCulture))
        .Add(Actor)
        .Add(Action)
        .Add(Resource)
        .Add(Details)
        .Add(Base64Url.EncodeToString(ReasonCommitment.Span));
}
