using Entitlement.Domain.Errors;
using Entitlement.Domain.Notifications;
using Entitlement.Domain.SignIn;
using Entitlement.Server.Access;
using Entitlement.Server.Notifications;
using Entitlement.Storage;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace Entitlement.Server.SignIn;

/// <summary>Makes and finds the links by which people set their passwords.</summary>
internal sealed class PasswordLinks(
    IDbContextFactory<EntitlementDbContext> contexts, IOptions<SignInOptions> options, IOptions<OpenIdConnectOptions> openIdConnect)
{
    /// <summary>How long an ended link is known by its token, so that it can be told why it does nothing.</summary>
    private static readonly TimeSpan KnownAfterEnd = TimeSpan.FromDays(30);

    /// <summary>For a message, as it is sent.</summary>
    /// <returns>The issuer where there are no passwords; null for somebody who may not come in, or not set a password.</returns>
    public async Task<Entrance?> MakeAsync(
        EntitlementDbContext db, Guid personId, MessageKind kind, DateTimeOffset now, CancellationToken cancellationToken)
    {
        if (!await db.Users.AnyAsync(user => user.Id == personId && user.IsEnabled, cancellationToken))
        {
            return null;
        }

        if (!options.Value.Passwords)
        {
            return kind == MessageKind.Welcome ? new Entrance.Issuer(openIdConnect.Value.Issuer!) : null;
        }

        var known = now - KnownAfterEnd;
        await db.PasswordLinks
            .Where(link => link.UserId == personId && link.ExpireTime < known)
            .ExecuteDeleteAsync(cancellationToken);
        var lifetime = kind == MessageKind.Welcome ? options.Value.WelcomeLinkLifetime : options.Value.LinkLifetime;
        var (made, token) = Make(personId, lifetime, now);
        db.Add(made);
        return new Entrance.Link(token.Reveal(), made.ExpireTime);
    }

    /// <summary>For somebody who is not sent it but shown.</summary>
    /// <returns>The row to keep, and what is shown once.</returns>
    public (PasswordLink Link, SecretToken Token) Make(Guid person, DateTimeOffset now) =>
        Make(person, options.Value.WelcomeLinkLifetime, now);

    /// <summary>Looks at a link before anything is spent on it.</summary>
    /// <exception cref="EntitlementException">
    /// <see cref="FailureReason.PasswordLinkInvalid"/>, or <see cref="FailureReason.Unauthenticated"/> of a person who is
    /// switched off.
    /// </exception>
    public async Task<LinkHolder> RequireAsync(SecretToken token, DateTimeOffset now, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var link = await FindAsync(db, token, cancellationToken);
        link.RequireUsable(now);
        var person = await db.Users.SingleAsync(user => user.Id == link.UserId, cancellationToken);
        return person.IsEnabled ? new LinkHolder(person.Id, person.Email) : throw CredentialRefusal.SwitchedOff();
    }

    /// <exception cref="EntitlementException"><see cref="FailureReason.PasswordLinkInvalid"/>: there is no such link.</exception>
    public static async Task<PasswordLink> FindAsync(
        EntitlementDbContext db, SecretToken token, CancellationToken cancellationToken)
    {
        var link = token.HasRowId(out var id)
            ? await db.PasswordLinks.SingleOrDefaultAsync(one => one.Id == id, cancellationToken)
            : null;

        // Nobody but who holds the secret learns that there is, or was, such a link.
        return link is not null && link.HasSecret(token.Secret) ? link : throw Refusal.PasswordLinkUnknown();
    }

    private static (PasswordLink Link, SecretToken Token) Make(Guid person, TimeSpan lifetime, DateTimeOffset now)
    {
        var secret = SecretToken.NewSecret();
        var link = PasswordLink.Create(person, secret, lifetime, now);
        return (link, SecretToken.Create(TokenKind.PasswordLink, link.Id, secret));
    }
}

/// <summary>Whose link it is.</summary>
/// <param name="Person">The user.</param>
/// <param name="Email">The person's address.</param>
internal sealed record LinkHolder(Guid Person, string? Email);
