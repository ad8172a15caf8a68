using Entitlement.Domain.Audit;
using Entitlement.Domain.Names;
using Entitlement.Formats.Audit;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;

namespace Entitlement.Server.Audit;

/// <summary>The audit trail as it is hashed and as the contract shows it.</summary>
internal static class Messages
{
    public static AuditRecordForm ToForm(this AuditRecord record) => new(
        record.AccountId,
        record.Id,
        record.Time,
        record.Actor,
        record.Action,
        record.Resource,
        record.Details,
        record.ReasonCommitment);

    public static V1.AuditRecord ToMessage(this AuditRecord record) => new()
    {
        Name = record.AccountId == Guid.Empty
            ? $"auditRecords/{record.Id}"
            : $"{new AccountName(record.AccountId)}/auditRecords/{record.Id}",
        Time = record.Time.ToTimestamp(),
        Actor = record.Actor,
        Action = record.Action,
        Resource = record.Resource,
        Details = record.Details,
        Reason = record.Reason ?? "",
        ReasonSalt = ByteString.CopyFrom(record.ReasonSalt.AsSpan()),
        ReasonCommitment = ByteString.CopyFrom(record.ReasonCommitment.AsSpan()),
        Block = record.Block == AuditRecord.NotSealed ? 0 : record.Block,
    };

    public static V1.AuditBlock ToMessage(this SealedBlock block) => new()
    {
        Number = block.Number,
        Content = ByteString.CopyFrom(block.Content),
        Entries = ByteString.CopyFrom(block.Entries),
    };
}
