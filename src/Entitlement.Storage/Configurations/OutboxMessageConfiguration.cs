using Entitlement.Domain.Notifications;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Entitlement.Storage.Configurations;

internal sealed class OutboxMessageConfiguration : IEntityTypeConfiguration<OutboxMessage>
{
    private const int MaxValuesLength = 4_000;

    public void Configure(EntityTypeBuilder<OutboxMessage> builder)
    {
        builder.ToTable("OutboxMessages", table =>
            table.HasCheckConstraint("CK_OutboxMessages_Attempts", "\"Attempts\" >= 0"));
        builder.HasKey(message => message.Id);
        builder.Property(message => message.Address).HasMaxLength(OutboxMessage.MaxAddressLength);
        builder.Property(message => message.Name).HasMaxLength(OutboxMessage.MaxNameLength);
        builder.Property(message => message.Values).HasMaxLength(MaxValuesLength);
        builder.Property(message => message.LastFailure).HasMaxLength(OutboxMessage.MaxFailureLength);
        builder.Property(message => message.Revision).IsConcurrencyToken();

        // What is to be sent, what is being sent, and what is to be cleared away.
        builder.HasIndex(message => new { message.State, message.DueTime });

        // What goes with a person.
        builder.HasIndex(message => message.PersonId);
    }
}
