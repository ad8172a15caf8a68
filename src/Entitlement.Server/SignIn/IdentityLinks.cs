using Entitlement.Domain.Audit;
using Entitlement.Domain.Errors;
using Entitlement.Domain.Names;
using Entitlement.Domain.People;
using Entitlement.Domain.SignIn;
using Entitlement.Server.Access;
using Entitlement.Storage;
using Entitlement.Storage.Access;
using Entitlement.Storage.Writing;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace Entitlement.Server.SignIn;

/// <summary>
/// Leads from the issuer's subjects to persons. A subject is linked once, by the address that the issuer says is its own, and
/// only where the issuer is believed about such addresses; from then on the address plays no part.
/// </summary>
internal sealed class IdentityLinks(
    IDbContextFactory<EntitlementDbContext> contexts,
    Writer writer,
    IOptions<OpenIdConnectOptions> options,
    TimeProvider clock,
    ILogger<IdentityLinks> logger)
{
    /// <exception cref="EntitlementException"><see cref="FailureReason.Unauthenticated"/>.</exception>
    public async Task<Caller> ResolveAsync(VerifiedToken token, CancellationToken cancellationToken)
    {
        var person = await FindAsync(token, cancellationToken);
        if (person is null)
        {
            var id = await LinkAsync(token, cancellationToken) ?? throw TokenRefusal.NotLinked();
            return new Caller.User(id);
        }

        return person.IsEnabled ? new Caller.User(person.Id) : throw CredentialRefusal.SwitchedOff();
    }

    private async Task<User?> FindAsync(VerifiedToken token, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        return await db.ExternalIdentities
            .Where(identity => identity.Issuer == token.Issuer && identity.Subject == token.Subject)
            .Join(db.Users, identity => identity.UserId, user => user.Id, (_, user) => user)
            .SingleOrDefaultAsync(cancellationToken);
    }

    /// <returns>Null when the token's subject can't be linked with anybody.</returns>
    private async Task<Guid?> LinkAsync(VerifiedToken token, CancellationToken cancellationToken)
    {
        if (FindAddress(token) is not { } email || !options.Value.MayLink(email))
        {
            return null;
        }

        var linked = await writer.RunAsync((db, stop) => LinkAsync(db, token, email, stop), cancellationToken);
        if (linked is { } person)
        {
            Log.IdentityLinked(logger, token.Issuer, person);
        }

        return linked;
    }

    private async Task<Guid?> LinkAsync(
        EntitlementDbContext db, VerifiedToken token, string email, CancellationToken cancellationToken)
    {
        var person = await db.EmailEntries
            .Where(entry => entry.Email == email)
            .Join(db.Users, entry => entry.UserId, user => user.Id, (_, user) => user)
            .SingleOrDefaultAsync(cancellationToken);

        // Whoever may hold roles on the whole system is never somebody's because an issuer says so of an address.
        if (person is not { IsEnabled: true, Scope: UserScope.Account })
        {
            return null;
        }

        var identities = await db.ExternalIdentities
            .Where(identity => identity.Issuer == token.Issuer && identity.UserId == person.Id)
            .Select(identity => identity.Subject)
            .ToListAsync(cancellationToken);
        if (identities.Count > 0)
        {
            // Linked by another call of the same subject just now; else the address changed hands at the issuer.
            return identities.Contains(token.Subject, StringComparer.Ordinal) ? person.Id : null;
        }

        var now = clock.GetUtcNow().ToWholeMilliseconds();
        db.Add(ExternalIdentity.Link(token.Issuer, token.Subject, person.Id, now));
        db.Add(AuditRecord.Create(accountId: null, $"{person.Name}", "identity.link", $"{person.Name}", now));
        await db.RaiseAsync([(AccessThing.Principal, person.Id)], cancellationToken);
        return person.Id;
    }

    /// <summary>In the one spelling that is compared; null when the issuer vouches for none, or for what is none here.</summary>
    private static string? FindAddress(VerifiedToken token)
    {
        try
        {
            return token.VerifiedEmail is { } email ? EmailAddress.Parse(email, "email") : null;
        }
        catch (EntitlementException)
        {
            return null;
        }
    }
}
