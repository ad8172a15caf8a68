using Entitlement.Domain.Accounts;
using Entitlement.Domain.Names;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Entitlement.Storage.Configurations;

internal sealed class AccountConfiguration : IEntityTypeConfiguration<Account>
{
    public void Configure(EntityTypeBuilder<Account> builder)
    {
        builder.ToTable("Accounts");
        builder.HasKey(account => account.Id);
        builder.Property(account => account.DisplayName).HasMaxLength(Text.MaxDisplayNameLength);
        builder.Property(account => account.ExternalRef).IsCode(Text.MaxExternalRefLength);
    }
}
