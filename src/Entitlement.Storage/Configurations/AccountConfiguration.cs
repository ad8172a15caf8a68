using Entitlement.Domain.Accounts;
using Entitlement.Domain.Names;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Entitlement.Storage.Configurations;

internal sealed class AccountConfiguration : IEntityTypeConfiguration<Account>
{
    private const int CountryCodeLength = 2;

    public void Configure(EntityTypeBuilder<Account> builder)
    {
        builder.ToTable("Accounts");
        builder.HasKey(account => account.Id);
        builder.HasIndex(account => account.ParentId);
        builder.Property(account => account.DisplayName).HasMaxLength(Text.MaxDisplayNameLength);
        builder.Property(account => account.CustomerNumber).IsCode(Text.MaxCustomerNumberLength);
        builder.Property(account => account.ExternalRef).IsCode(Text.MaxExternalRefLength);
        builder.Property(account => account.Revision).IsConcurrencyToken();
        builder.HasOne<Account>().WithMany().HasForeignKey(account => account.ParentId).OnDelete(DeleteBehavior.Restrict);

        builder.ComplexProperty(account => account.Contact, contact =>
        {
            contact.Property(one => one.PostalAddress).HasMaxLength(Text.MaxAddressLength);
            contact.Property(one => one.CountryCode).HasMaxLength(CountryCodeLength).IsUnicode(false);
            contact.Property(one => one.ContactName).HasMaxLength(Text.MaxDisplayNameLength);
            contact.Property(one => one.ContactEmail).HasMaxLength(EmailAddress.MaxLength).IsUnicode(false);
            contact.Property(one => one.ContactPhoneNumber).HasMaxLength(Text.MaxPhoneNumberLength).IsUnicode(false);
        });
    }
}
