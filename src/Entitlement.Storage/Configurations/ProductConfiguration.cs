using Entitlement.Domain.Names;
using Entitlement.Domain.Products;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Entitlement.Storage.Configurations;

internal sealed class ProductConfiguration : IEntityTypeConfiguration<Product>
{
    public void Configure(EntityTypeBuilder<Product> builder)
    {
        builder.ToTable("Products");
        builder.HasKey(product => product.Id);
        builder.Property(product => product.Code).IsCode(Text.MaxProductCodeLength);
        builder.Property(product => product.DisplayName).HasMaxLength(Text.MaxDisplayNameLength);
        builder.HasIndex(product => product.Code).IsUnique();
    }
}
