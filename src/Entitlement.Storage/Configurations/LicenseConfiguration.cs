using Entitlement.Domain.Accounts;
using Entitlement.Domain.Licenses;
using Entitlement.Domain.Names;
using Entitlement.Domain.Products;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Entitlement.Storage.Configurations;

internal sealed class LicenseConfiguration : IEntityTypeConfiguration<License>
{
    public void Configure(EntityTypeBuilder<License> builder)
    {
        // The last word on overselling, whatever a fault above this line believes.
        builder.ToTable("Licenses", table => table.HasCheckConstraint(
            "CK_Licenses_MachinesHeld",
            "\"MachinesHeld\" BETWEEN 0 AND \"MachineLimit\" + \"MachineOverage\" + \"MachineExcess\""));

        builder.HasKey(license => new { license.AccountId, license.Id });
        builder.HasIndex(license => new { license.AccountId, license.RevokeTime }).HasFilter("\"RevokeTime\" IS NOT NULL");
        builder.Property(license => license.Edition).HasMaxLength(Text.MaxEditionLength);
        builder.Property(license => license.Editions).HasMaxLength(License.MaxEditions * (Text.MaxEditionLength + 1));
        builder.Property(license => license.ExternalRef).IsCode(Text.MaxExternalRefLength);

        // Set by us: a row version is never filled on SQLite, and two writers would both succeed.
        builder.Property(license => license.Terms).IsConcurrencyToken();

        builder.HasOne<Account>().WithMany()
            .HasForeignKey(license => license.AccountId)
            .OnDelete(DeleteBehavior.Restrict);
        builder.HasOne<Product>().WithMany()
            .HasForeignKey(license => license.ProductId)
            .OnDelete(DeleteBehavior.Restrict);
    }
}
