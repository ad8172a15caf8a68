using Entitlement.Domain.Activations;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Entitlement.Storage.Configurations;

internal sealed class IssuedFileConfiguration : IEntityTypeConfiguration<IssuedFile>
{
    private const int MaxKeyIdLength = 64;

    public void Configure(EntityTypeBuilder<IssuedFile> builder)
    {
        builder.ToTable("IssuedFiles", table =>
            table.HasCheckConstraint("CK_IssuedFiles_Generation", "\"Generation\" > 0"));
        builder.HasKey(file => new { file.AccountId, file.ActivationId, file.Generation });
        builder.Property(file => file.KeyId).IsCode(MaxKeyIdLength);
    }
}
