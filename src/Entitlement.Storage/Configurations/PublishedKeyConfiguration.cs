using Entitlement.Domain.Signing;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Entitlement.Storage.Configurations;

internal sealed class PublishedKeyConfiguration : IEntityTypeConfiguration<PublishedKey>
{
    public void Configure(EntityTypeBuilder<PublishedKey> builder)
    {
        builder.ToTable("PublishedKeys");
        builder.HasKey(key => key.KeyId);
        builder.Property(key => key.KeyId).IsCode(IssuedFileConfiguration.MaxKeyIdLength);
    }
}
