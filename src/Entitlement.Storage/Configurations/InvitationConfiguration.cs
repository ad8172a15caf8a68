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
        builder.HasKey(invitation => new { invitation.OwnerId, invitation.Id });

        // Its name of before products invited too: the code of then still runs while this one starts.
        builder.Property(invitation => invitation.OwnerId).HasColumnName("AccountId");
        builder.Property(invitation => invitation.Email).IsCode(EmailAddress.MaxLength);

        builder.Property(invitation => invitation.Roles).IsCode(Invitation.MaxRolesLength);
        builder.Property(invitation => invitation.InvitedBy).IsCode(Invitation.MaxInvitedByLength);

        // A person is invited once into an account or to a product, however often it is tried.
        builder.HasIndex(invitation => new { invitation.UserId, invitation.OwnerId }).IsUnique();
    }
}
