using Entitlement.Domain.Signing;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Entitlement.Storage.Configurations;

internal sealed class RevocationListConfiguration : IEntityTypeConfiguration<RevocationList>
{
    public void Configure(EntityTypeBuilder<RevocationList> builder)
    {
        builder.ToTable("RevocationLists");
        builder.HasKey(list => list.Number);
    }
}
