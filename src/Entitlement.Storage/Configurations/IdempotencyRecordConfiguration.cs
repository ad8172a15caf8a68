using Entitlement.Storage.Idempotency;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Entitlement.Storage.Configurations;

internal sealed class IdempotencyRecordConfiguration : IEntityTypeConfiguration<IdempotencyRecord>
{
    private const int MaxCallerLength = 128;
    private const int MaxMethodLength = 128;
    private const int MaxResourceLength = 256;

    public void Configure(EntityTypeBuilder<IdempotencyRecord> builder)
    {
        builder.ToTable("IdempotencyRecords");
        builder.HasKey(record => new { record.Caller, record.Method, record.RequestId });
        builder.Property(record => record.Caller).IsCode(MaxCallerLength);
        builder.Property(record => record.Method).IsCode(MaxMethodLength);
        builder.Property(record => record.ContentHash).IsHash();
        builder.Property(record => record.Resource).IsCode(MaxResourceLength);

        // For the sweep of old ones.
        builder.HasIndex(record => record.CreateTime);
    }
}
