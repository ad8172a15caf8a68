using Entitlement.Storage.Directories;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Entitlement.Storage.Configurations;

internal sealed class SlcEntryConfiguration : IEntityTypeConfiguration<SlcEntry>
{
    public void Configure(EntityTypeBuilder<SlcEntry> builder)
    {
        builder.ToTable("SlcEntries");
        builder.HasKey(entry => entry.Slc);

        // The licenses of all accounts are listed along it, oldest first.
        builder.HasIndex(entry => entry.LicenseId).IsUnique();
    }
}
