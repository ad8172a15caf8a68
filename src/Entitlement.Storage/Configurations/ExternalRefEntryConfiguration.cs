using Entitlement.Domain.Names;
using Entitlement.Storage.Directories;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Entitlement.Storage.Configurations;

internal sealed class ExternalRefEntryConfiguration : IEntityTypeConfiguration<ExternalRefEntry>
{
    public void Configure(EntityTypeBuilder<ExternalRefEntry> builder)
    {
        builder.ToTable("ExternalRefEntries");
        builder.HasKey(entry => new { entry.Kind, entry.Value });
        builder.Property(entry => entry.Value).IsCode(Text.MaxExternalRefLength);
    }
}
