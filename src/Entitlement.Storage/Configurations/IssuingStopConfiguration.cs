using Entitlement.Domain.Names;
using Entitlement.Domain.Signing;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Entitlement.Storage.Configurations;

internal sealed class IssuingStopConfiguration : IEntityTypeConfiguration<IssuingStop>
{
    private const int MaxActorLength = 128;

    public void Configure(EntityTypeBuilder<IssuingStop> builder)
    {
        builder.ToTable("IssuingStops");
        builder.HasKey(stop => stop.Scope);
        builder.Property(stop => stop.Scope).IsCode(IssuedFileConfiguration.MaxKeyIdLength);
        builder.Property(stop => stop.Actor).IsCode(MaxActorLength);
        builder.Property(stop => stop.Reason).HasMaxLength(Text.MaxReasonLength);
    }
}
