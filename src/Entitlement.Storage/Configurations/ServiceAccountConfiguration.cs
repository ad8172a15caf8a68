using Entitlement.Domain.Access;
using Entitlement.Domain.Names;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Entitlement.Storage.Configurations;

internal sealed class ServiceAccountConfiguration : IEntityTypeConfiguration<ServiceAccount>
{
    public void Configure(EntityTypeBuilder<ServiceAccount> builder)
    {
        builder.ToTable("ServiceAccounts");
        builder.HasKey(account => account.Id);
        builder.HasIndex(account => new { account.AccountId, account.Id });
        builder.Property(account => account.DisplayName).HasMaxLength(Text.MaxDisplayNameLength);
        builder.Property(account => account.Revision).IsConcurrencyToken();
    }
}

internal sealed class ServiceAccountKeyConfiguration : IEntityTypeConfiguration<ServiceAccountKey>
{
    public void Configure(EntityTypeBuilder<ServiceAccountKey> builder)
    {
        builder.ToTable("ServiceAccountKeys");
        builder.HasKey(key => key.Id);
        builder.HasIndex(key => new { key.ServiceAccountId, key.Id });
        builder.Property(key => key.SecretHash).IsHash();
        builder.HasOne<ServiceAccount>().WithMany().HasForeignKey(key => key.ServiceAccountId).OnDelete(DeleteBehavior.Cascade);
    }
}
