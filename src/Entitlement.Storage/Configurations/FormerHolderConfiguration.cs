using Entitlement.Storage.Directories;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Entitlement.Storage.Configurations;

internal sealed class FormerHolderConfiguration : IEntityTypeConfiguration<FormerHolder>
{
    public void Configure(EntityTypeBuilder<FormerHolder> builder)
    {
        builder.ToTable("FormerHolders");
        builder.HasKey(holder => new { holder.FormerAccountId, holder.LicenseId });

        // From the license to its former names: when it moves again, and when its license files are revoked.
        builder.HasIndex(holder => new { holder.AccountId, holder.LicenseId });
    }
}
