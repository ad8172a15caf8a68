using Entitlement.Domain.Names;
using Entitlement.Domain.People;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Entitlement.Storage.Configurations;

internal sealed class InvitationConfiguration : IEntityTypeConfiguration<Invitation>
{
    public void Configure(EntityTypeBuilder<Invitation> builder)
    {
        builder.ToTable("Invitations");
        builder.HasKey(invitation => new { invitation.AccountId, invitation.Id });
        builder.Property(invitation => invitation.Email).IsCode(EmailAddress.MaxLength);

        // A person is invited once into an account, however often it is tried.
        builder.HasIndex(invitation => new { invitation.UserId, invitation.AccountId }).IsUnique();
    }
}
