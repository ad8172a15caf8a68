using System.Buffers.Text;
using Entitlement.Domain.Trials;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Entitlement.Storage.Configurations;

/// <remarks>The key is what lets no machine begin two trials of a product, whatever races.</remarks>
internal sealed class TrialMarkConfiguration : IEntityTypeConfiguration<TrialMark>
{
    public void Configure(EntityTypeBuilder<TrialMark> builder)
    {
        builder.ToTable("TrialMarks");
        builder.HasKey(mark => new { mark.ProductId, mark.Hash, mark.Kind });
        builder.HasIndex(mark => mark.TrialId);

        // The bytes of the hash, which is less than its text and compares alike everywhere.
        builder.Property(mark => mark.Hash)
            .HasConversion(text => Base64Url.DecodeFromChars(text), bytes => Base64Url.EncodeToString(bytes))
            .HasMaxLength(Conventions.HashLength)
            .IsFixedLength();
    }
}
