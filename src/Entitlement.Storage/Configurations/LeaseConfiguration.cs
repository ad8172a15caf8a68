using Entitlement.Domain.Activations;
using Entitlement.Domain.Names;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Entitlement.Storage.Configurations;

internal sealed class LeaseConfiguration : IEntityTypeConfiguration<Lease>
{
    public void Configure(EntityTypeBuilder<Lease> builder)
    {
        builder.ToTable("Leases", table => table.HasCheckConstraint("CK_Leases_Quantity", "\"Quantity\" > 0"));
        builder.HasKey(lease => new { lease.AccountId, lease.LicenseId, lease.ActivationId, lease.Feature });
        builder.Property(lease => lease.Feature).IsCode(Text.MaxFeatureCodeLength);

        // For whoever needs the place of those that have run out, and for when the next one does.
        builder.HasIndex(lease => new { lease.AccountId, lease.LicenseId, lease.Feature, lease.Until });
    }
}
