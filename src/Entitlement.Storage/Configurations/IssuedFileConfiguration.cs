using Entitlement.Domain.Activations;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Entitlement.Storage.Configurations;

internal sealed class IssuedFileConfiguration : IEntityTypeConfiguration<IssuedFile>
{
    internal const int MaxKeyIdLength = 64;

    public void Configure(EntityTypeBuilder<IssuedFile> builder)
    {
        builder.ToTable("IssuedFiles", table =>
            table.HasCheckConstraint("CK_IssuedFiles_Generation", "\"Generation\" > 0"));
        builder.HasKey(file => new { file.AccountId, file.ActivationId, file.Generation });
        builder.Property(file => file.KeyId).IsCode(MaxKeyIdLength);

        // By key and not by account: all that a key signed is asked for when it was stolen, over all accounts. New files
        // come at the end of their key's part, so it costs little.
        builder.HasIndex(file => new { file.KeyId, file.FileId });
    }
}
