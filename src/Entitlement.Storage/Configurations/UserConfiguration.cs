using Entitlement.Domain.Names;
using Entitlement.Domain.People;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Entitlement.Storage.Configurations;

internal sealed class UserConfiguration : IEntityTypeConfiguration<User>
{
    public void Configure(EntityTypeBuilder<User> builder)
    {
        builder.ToTable("Users");
        builder.HasKey(user => user.Id);

        // The few people of the system among all, in the order of a list.
        builder.HasIndex(user => new { user.Scope, user.Id });
        builder.Property(user => user.DisplayName).HasMaxLength(Text.MaxDisplayNameLength);
        builder.Property(user => user.Email).IsCode(EmailAddress.MaxLength);
        builder.Property(user => user.PhoneNumber).IsCode(Text.MaxPhoneNumberLength);
        builder.Property(user => user.ExternalRef).IsCode(Text.MaxExternalRefLength);
        builder.Property(user => user.Revision).IsConcurrencyToken();
    }
}
