using Entitlement.Storage.Access;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Entitlement.Storage.Configurations;

internal sealed class AccessClockConfiguration : IEntityTypeConfiguration<AccessClock>
{
    public void Configure(EntityTypeBuilder<AccessClock> builder)
    {
        builder.ToTable("AccessClock");
        builder.HasKey(clock => clock.Id);
        builder.HasData(new { Id = AccessClock.TheOne, Version = 0L });
    }
}

internal sealed class AccessChangeConfiguration : IEntityTypeConfiguration<AccessChange>
{
    public void Configure(EntityTypeBuilder<AccessChange> builder)
    {
        builder.ToTable("AccessChanges");
        builder.HasKey(change => new { change.Version, change.Kind, change.Id });
    }
}
