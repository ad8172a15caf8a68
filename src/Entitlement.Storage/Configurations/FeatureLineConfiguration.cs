using Entitlement.Domain.Licenses;
using Entitlement.Domain.Names;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Entitlement.Storage.Configurations;

internal sealed class FeatureLineConfiguration : IEntityTypeConfiguration<FeatureLine>
{
    public void Configure(EntityTypeBuilder<FeatureLine> builder)
    {
        builder.ToTable("FeatureLines", table => table.HasCheckConstraint(
            "CK_FeatureLines_Held", "\"Held\" BETWEEN 0 AND \"Quantity\" + \"Overage\" + \"Excess\""));

        builder.HasKey(line => new { line.AccountId, line.LicenseId, line.Code });
        builder.Property(line => line.Code).IsCode(Text.MaxFeatureCodeLength);
        builder.HasOne<License>().WithMany()
            .HasForeignKey(line => new { line.AccountId, line.LicenseId })
            .OnDelete(DeleteBehavior.Restrict);
    }
}
