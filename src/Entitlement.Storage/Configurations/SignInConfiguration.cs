using Entitlement.Domain.People;
using Entitlement.Domain.SignIn;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Entitlement.Storage.Configurations;

internal sealed class PasswordCredentialConfiguration : IEntityTypeConfiguration<PasswordCredential>
{
    public void Configure(EntityTypeBuilder<PasswordCredential> builder)
    {
        builder.ToTable("PasswordCredentials");
        builder.HasKey(credential => credential.UserId);
        builder.Property(credential => credential.Hash).IsCode(PasswordCredential.MaxHashLength);
        builder.Property(credential => credential.Revision).IsConcurrencyToken();
        builder.HasOne<User>().WithOne().HasForeignKey<PasswordCredential>(credential => credential.UserId);
    }
}

internal sealed class SignInFailuresConfiguration : IEntityTypeConfiguration<SignInFailures>
{
    public void Configure(EntityTypeBuilder<SignInFailures> builder)
    {
        // No key to persons: addresses that nobody has are counted here too.
        builder.ToTable("SignInFailures");
        builder.HasKey(failures => failures.Id);
        builder.Property(failures => failures.Revision).IsConcurrencyToken();
    }
}

internal sealed class SessionConfiguration : IEntityTypeConfiguration<Session>
{
    public void Configure(EntityTypeBuilder<Session> builder)
    {
        builder.ToTable("Sessions");
        builder.HasKey(session => session.Id);

        // Those of a person are listed, and places that are known looked for, along it.
        builder.HasIndex(session => new { session.UserId, session.Id });
        builder.Property(session => session.SecretHash).IsHash();
        builder.Property(session => session.Origin).IsCode(Session.MaxOriginLength);
        builder.HasOne<User>().WithMany().HasForeignKey(session => session.UserId);
    }
}

internal sealed class PasswordLinkConfiguration : IEntityTypeConfiguration<PasswordLink>
{
    public void Configure(EntityTypeBuilder<PasswordLink> builder)
    {
        builder.ToTable("PasswordLinks");
        builder.HasKey(link => link.Id);
        builder.HasIndex(link => new { link.UserId, link.ExpireTime });
        builder.Property(link => link.SecretHash).IsHash();
        builder.Property(link => link.Revision).IsConcurrencyToken();
        builder.HasOne<User>().WithMany().HasForeignKey(link => link.UserId);
    }
}

internal sealed class ExternalIdentityConfiguration : IEntityTypeConfiguration<ExternalIdentity>
{
    public void Configure(EntityTypeBuilder<ExternalIdentity> builder)
    {
        builder.ToTable("ExternalIdentities");
        builder.HasKey(identity => new { identity.Issuer, identity.Subject });
        builder.HasIndex(identity => new { identity.UserId, identity.Issuer }).IsUnique();
        builder.Property(identity => identity.Issuer).IsCode(ExternalIdentity.MaxIssuerLength);
        builder.Property(identity => identity.Subject).IsCode(ExternalIdentity.MaxSubjectLength);
        builder.HasOne<User>().WithMany().HasForeignKey(identity => identity.UserId);
    }
}
