using System.Collections.Concurrent;
using Entitlement.Domain.Access;
using Entitlement.Domain.Audit;
using Entitlement.Domain.Errors;
using Entitlement.Domain.Names;
using Entitlement.Domain.People;
using Entitlement.Domain.SignIn;
using Entitlement.Server.Access;
using Entitlement.Server.Access.Cache;
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
    AccessCache cache,
    AccessViews views,
    Writer writer,
    IOptions<OpenIdConnectOptions> options,
    TimeProvider clock,
    ILogger<IdentityLinks> logger)
{
    /// <summary>About 10 MB. With more, all are looked up anew.</summary>
    private const int MaxPersons = 100_000;

    /// <summary>Where to look for a subject first. Whether it is so still is in what is known of the person.</summary>
    private readonly ConcurrentDictionary<Guid, Guid> _persons = new();

    /// <exception cref="EntitlementException"><see cref="FailureReason.Unauthenticated"/>.</exception>
    public async ValueTask<Caller> ResolveAsync(
        VerifiedToken token, Freshness freshness, CancellationToken cancellationToken)
    {
        var identity = ExternalIdentity.DigestOf(token.Issuer, token.Subject);
        if (_persons.TryGetValue(identity, out var known)
            && await FindAsync(identity, known, freshness, cancellationToken) is { } caller)
        {
            return caller;
        }

        var person = await FindAsync(token, cancellationToken)
            ?? await LinkAsync(token, cancellationToken)
            ?? throw TokenRefusal.NotLinked();
        Remember(identity, person);

        // The database may know of a link that this server does not know of yet.
        return await ResolveAgainAsync(identity, person, freshness.And(views.FromNowOn()), cancellationToken) with
        {
            Freshness = freshness,
        };
    }

    /// <summary>Whether a subject that was a person once is so still.</summary>
    /// <param name="identity">See <see cref="ExternalIdentity.DigestOf"/>.</param>
    /// <param name="person">Who it was.</param>
    /// <param name="freshness">How fresh the answer must be.</param>
    /// <param name="cancellationToken">Ends the look-ups.</param>
    /// <inheritdoc cref="ResolveAsync"/>
    public async ValueTask<Caller> ResolveAgainAsync(
        Guid identity, Guid person, Freshness freshness, CancellationToken cancellationToken) =>
        await FindAsync(identity, person, freshness, cancellationToken) ?? throw TokenRefusal.NotLinked();

    /// <returns>Null when the subject is not this person, or not any more.</returns>
    private async ValueTask<Caller?> FindAsync(
        Guid identity, Guid person, Freshness freshness, CancellationToken cancellationToken)
    {
        var found = await cache.AskAsync<PrincipalQuestion, PrincipalSnapshot>(
            new PrincipalQuestion(person), freshness, cancellationToken);
        if (!found.Value.Identities.Contains(identity))
        {
            return null;
        }

        return found.Value.IsEnabled
            ? new Caller.User(person)
            {
                Freshness = freshness,
                ProvenBy = new Proof(ProofKind.Identity, identity, found.Version),
            }
            : throw CredentialRefusal.SwitchedOff();
    }

    private async Task<Guid?> FindAsync(VerifiedToken token, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        return await db.ExternalIdentities
            .Where(identity => identity.Issuer == token.Issuer && identity.Subject == token.Subject)
            .Select(identity => (Guid?)identity.UserId)
            .SingleOrDefaultAsync(cancellationToken);
    }

    private void Remember(Guid identity, Guid person)
    {
        if (_persons.Count >= MaxPersons)
        {
            _persons.Clear();
        }

        _persons[identity] = person;
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
