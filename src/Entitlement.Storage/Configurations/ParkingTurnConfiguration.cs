using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Entitlement.Storage.Configurations;

internal sealed class ParkingTurnConfiguration : IEntityTypeConfiguration<ParkingTurn>
{
    public void Configure(EntityTypeBuilder<ParkingTurn> builder)
    {
        builder.ToTable("ParkingTurns");
        builder.HasKey(turn => turn.Id);
        builder.HasData(new { Id = ParkingTurn.TheOne, Count = 0L });
    }
}
