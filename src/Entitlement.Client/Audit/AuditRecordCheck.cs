using System.Globalization;
using Entitlement.Formats.Audit;
using Entitlement.V1;

namespace Entitlement.Client.Audit;

/// <summary>Compares records with the entries that were sealed, both in the order of the trail.</summary>
internal sealed class AuditRecordCheck(AuditReport report)
{
    /// <summary>What is sealed of a record; null when its name is none.</summary>
    public static AuditRecordForm? FormOf(AuditRecord record)
    {
        var parts = record.Name.Split('/');
        var account = Guid.Empty;
        var isNamed = parts is [.., "auditRecords", _]
            && (parts.Length == 2 || (parts is ["accounts", var owner, _, _] && Guid.TryParseExact(owner, "D", out account)));
        return isNamed && record.Time is not null && Guid.TryParseExact(parts[^1], "D", out var id)
            ? new AuditRecordForm(
                account,
                id,
                record.Time.ToDateTimeOffset(),
                record.Actor,
                record.Action,
                record.Resource,
                record.Details,
                record.ReasonCommitment.Memory)
            : null;
    }

    /// <param name="record">The record with the id of the entry.</param>
    /// <param name="hash">What was sealed.</param>
    public void Compare(AuditRecord record, ReadOnlySpan<byte> hash)
    {
        if (FormOf(record) is not { } form || !form.Hash().AsSpan().SequenceEqual(hash))
        {
            Tell(AuditFault.RecordAltered, record, "does not say what was sealed.");
        }
    }

    /// <summary>Whether the words of the reason, if they are there, are those that were given.</summary>
    public void CheckReason(AuditRecord record)
    {
        if (record.Reason.Length == 0 && record.ReasonSalt.IsEmpty)
        {
            report.ErasedReasons += record.ReasonCommitment.IsEmpty ? 0 : 1;
        }
        else if (!AuditReasonCommitment.Of(record.ReasonSalt.Span, record.Reason).AsSpan()
            .SequenceEqual(record.ReasonCommitment.Span))
        {
            Tell(AuditFault.ReasonAltered, record, "has another reason than the one that was given.");
        }
    }

    public void TellMissing(long block, Guid id) => report.Add(
        AuditFault.RecordMissing,
        $"auditRecords/{id}",
        string.Create(CultureInfo.InvariantCulture, $"Record {id}, sealed in block {block}, is missing."));

    public void TellInserted(AuditRecord record) => Tell(
        AuditFault.RecordInserted,
        record,
        string.Create(CultureInfo.InvariantCulture, $"claims to be of block {record.Block}, which does not hold it."));

    private void Tell(AuditFault fault, AuditRecord record, string predicate) =>
        report.Add(fault, record.Name, $"{record.Name} {predicate}");
}
