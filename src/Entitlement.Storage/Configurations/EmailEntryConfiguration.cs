using Entitlement.Domain.Names;
using Entitlement.Storage.Directories;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Entitlement.Storage.Configurations;

internal sealed class EmailEntryConfiguration : IEntityTypeConfiguration<EmailEntry>
{
    public void Configure(EntityTypeBuilder<EmailEntry> builder)
    {
        builder.ToTable("EmailEntries");
        builder.HasKey(entry => entry.Email);
        builder.Property(entry => entry.Email).IsCode(EmailAddress.MaxLength);
    }
}

internal sealed class CustomerNumberEntryConfiguration : IEntityTypeConfiguration<CustomerNumberEntry>
{
    public void Configure(EntityTypeBuilder<CustomerNumberEntry> builder)
    {
        builder.ToTable("CustomerNumberEntries");
        builder.HasKey(entry => entry.CustomerNumber);
        builder.Property(entry => entry.CustomerNumber).IsCode(Text.MaxCustomerNumberLength);
    }
}
