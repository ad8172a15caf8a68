using Entitlement.Domain.Activations;
using Entitlement.Domain.Names;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Entitlement.Storage.Configurations;

internal sealed class ParkedRequestConfiguration : IEntityTypeConfiguration<ParkedRequest>
{
    private const int MaxTextLength = 256;
    private const int MaxActorLength = 128;

    public void Configure(EntityTypeBuilder<ParkedRequest> builder)
    {
        builder.ToTable("ParkedRequests", table =>
            table.HasCheckConstraint("CK_ParkedRequests_Size", "\"Size\" >= 0"));
        builder.HasKey(request => new { request.AccountId, request.LicenseId, request.Id });

        // What makes a request the same, as with those that are answered; and one of a key that waits for a license.
        builder.HasIndex(request => new { request.Thumbprint, request.Jti }).IsUnique();
        builder.HasIndex(request => new { request.AccountId, request.LicenseId, request.Thumbprint })
            .IsUnique()
            .HasFilter($"\"State\" = {(int)ParkedRequestState.Waiting}");

        // Those of all accounts are listed along it, oldest first.
        builder.HasIndex(request => request.Id).IsUnique();
        builder.Property(request => request.Thumbprint).IsHash();
        builder.Property(request => request.ContentHash).IsHash();
        builder.Property(request => request.MachineName).HasMaxLength(MaxTextLength);
        builder.Property(request => request.ProductVersion).HasMaxLength(MaxTextLength);
        builder.Property(request => request.Decider).IsCode(MaxActorLength);
        builder.Property(request => request.Rejection).HasMaxLength(Text.MaxReasonLength);
        builder.Property(request => request.Revision).IsConcurrencyToken();
    }
}
