using Entitlement.Storage.Access;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Entitlement.Storage.Configurations;

internal sealed class AccessCacheKeyConfiguration : IEntityTypeConfiguration<AccessCacheKey>
{
    public void Configure(EntityTypeBuilder<AccessCacheKey> builder)
    {
        builder.ToTable("AccessCacheKeys");
        builder.HasKey(key => key.Number);
        builder.Property(key => key.Secret).HasMaxLength(AccessCacheKey.SecretLength).IsFixedLength();
    }
}
