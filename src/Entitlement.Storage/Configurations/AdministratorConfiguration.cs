using Entitlement.Domain.Access;
using Entitlement.Domain.Names;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Entitlement.Storage.Configurations;

internal sealed class AdministratorConfiguration : IEntityTypeConfiguration<Administrator>
{
    public void Configure(EntityTypeBuilder<Administrator> builder)
    {
        builder.ToTable("Administrators");
        builder.HasKey(administrator => administrator.Id);
        builder.Property(administrator => administrator.DisplayName).HasMaxLength(Text.MaxDisplayNameLength);
        builder.Property(administrator => administrator.SecretHash).IsHash();
    }
}
