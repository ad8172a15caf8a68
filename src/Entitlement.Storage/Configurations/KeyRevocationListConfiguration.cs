using Entitlement.Domain.Signing;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Entitlement.Storage.Configurations;

internal sealed class KeyRevocationListConfiguration : IEntityTypeConfiguration<KeyRevocationList>
{
    public void Configure(EntityTypeBuilder<KeyRevocationList> builder)
    {
        builder.ToTable("KeyRevocationLists");
        builder.HasKey(list => list.Number);
    }
}
