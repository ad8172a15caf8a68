using Entitlement.Domain.Activations;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Entitlement.Storage.Configurations;

internal sealed class ProductContactConfiguration : IEntityTypeConfiguration<ProductContact>
{
    private const int MaxTextLength = 256;

    public void Configure(EntityTypeBuilder<ProductContact> builder)
    {
        builder.ToTable("ProductContacts", table =>
            table.HasCheckConstraint("CK_ProductContacts_Sequence", "\"Sequence\" > 0"));
        builder.HasKey(contact => new { contact.AccountId, contact.ActivationId });
        builder.Property(contact => contact.Sequence).IsConcurrencyToken();
        builder.Property(contact => contact.CallHash).IsHash();
        builder.Property(contact => contact.ProductVersion).HasMaxLength(MaxTextLength);
        builder.Property(contact => contact.FeaturesInUse).IsUnicode(false);
    }
}
