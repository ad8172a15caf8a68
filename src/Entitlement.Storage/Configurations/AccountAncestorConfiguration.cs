using Entitlement.Storage.Directories;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Entitlement.Storage.Configurations;

internal sealed class AccountAncestorConfiguration : IEntityTypeConfiguration<AccountAncestor>
{
    public void Configure(EntityTypeBuilder<AccountAncestor> builder)
    {
        builder.ToTable("AccountAncestors");
        builder.HasKey(row => new { row.AccountId, row.AncestorId });

        // From an account to all below it, in the order in which they are listed.
        builder.HasIndex(row => new { row.AncestorId, row.AccountId });
    }
}
