using Entitlement.Domain.Audit;
using Entitlement.Domain.Names;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Entitlement.Storage.Configurations;

internal sealed class AuditRecordConfiguration : IEntityTypeConfiguration<AuditRecord>
{
    private const int MaxActorLength = 128;
    private const int MaxActionLength = 64;
    private const int MaxResourceLength = 256;

    public void Configure(EntityTypeBuilder<AuditRecord> builder)
    {
        builder.ToTable("AuditRecords");
        builder.HasKey(record => new { record.AccountId, record.Id });
        builder.Property(record => record.Actor).IsCode(MaxActorLength);
        builder.Property(record => record.Action).IsCode(MaxActionLength);
        builder.Property(record => record.Resource).IsCode(MaxResourceLength);
        builder.Property(record => record.Reason).HasMaxLength(Text.MaxReasonLength);
        builder.Property(record => record.ReasonSalt!).IsHash();
        builder.Property(record => record.ReasonCommitment!).IsHash();

        // Over all accounts, because the trail is one: it leads to what waits to be sealed and to the records of a block.
        builder.HasIndex(record => new { record.Block, record.Id }).IsUnique();

        // The few records with somebody's words among all, so that those about a person are found to be erased.
        builder.HasIndex(record => record.Actor).HasFilter("\"Reason\" IS NOT NULL");
    }
}
