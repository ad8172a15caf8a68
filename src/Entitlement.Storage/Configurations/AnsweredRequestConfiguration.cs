using Entitlement.Domain.Activations;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Entitlement.Storage.Configurations;

internal sealed class AnsweredRequestConfiguration : IEntityTypeConfiguration<AnsweredRequest>
{
    public void Configure(EntityTypeBuilder<AnsweredRequest> builder)
    {
        builder.ToTable("AnsweredRequests");
        builder.HasKey(request => new { request.Thumbprint, request.Jti });
        builder.Property(request => request.Thumbprint).IsHash();
        builder.Property(request => request.ContentHash).IsHash();
    }
}
