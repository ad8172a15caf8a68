using Entitlement.Domain.Audit;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Entitlement.Storage.Configurations;

internal sealed class SealedBlockConfiguration : IEntityTypeConfiguration<SealedBlock>
{
    public void Configure(EntityTypeBuilder<SealedBlock> builder)
    {
        builder.ToTable("AuditBlocks", table => table.HasCheckConstraint("CK_AuditBlocks_Number", "\"Number\" > 0"));
        builder.HasKey(block => block.Number);
    }
}
