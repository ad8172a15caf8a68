using Entitlement.Domain.Activations;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Entitlement.Storage.Configurations;

internal sealed class SeatReleaseConfiguration : IEntityTypeConfiguration<SeatRelease>
{
    public void Configure(EntityTypeBuilder<SeatRelease> builder)
    {
        builder.ToTable("SeatReleases");
        builder.HasKey(release => new { release.AccountId, release.LicenseId, release.Id });
    }
}
