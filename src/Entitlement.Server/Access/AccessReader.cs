using System.Collections.Immutable;
using Entitlement.Domain.Access;
using Entitlement.Domain.Errors;
using Entitlement.Domain.People;
using Entitlement.Domain.SignIn;
using Entitlement.Storage;
using Entitlement.Storage.Access;
using Microsoft.EntityFrameworkCore;

namespace Entitlement.Server.Access;

/// <summary>
/// Reads what decisions rest on straight from the database: for lists, refusals and changes of access, which need more than a
/// decision does, or must be judged in their own transaction. Decisions themselves go by <see cref="Cache.AccessCache"/>.
/// </summary>
internal sealed class AccessReader(IDbContextFactory<EntitlementDbContext> contexts)
{
    /// <summary>Changes of access are rare; one that comes between so often in a row is a storm.</summary>
    private const int MaxAttempts = 10;

    /// <summary>Facts for decisions about certain things.</summary>
    /// <param name="principal">A user's or a service account's id.</param>
    /// <param name="accounts">The accounts that the things are or belong to.</param>
    /// <param name="scopes">The scopes that the names of the things tell; those above are added.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <exception cref="EntitlementException"><see cref="FailureReason.StorageUnavailable"/>.</exception>
    public Task<AccessFacts> ReadAsync(
        Guid principal, IReadOnlyCollection<Guid> accounts, IReadOnlyCollection<Guid> scopes, CancellationToken cancellationToken) =>
        ReadFactsAsync(principal, accounts, scopes, cancellationToken);

    /// <summary>Facts about everything that a principal holds, for lists.</summary>
    /// <inheritdoc cref="ReadAsync(Guid, IReadOnlyCollection{Guid}, IReadOnlyCollection{Guid}, CancellationToken)"/>
    public Task<AccessFacts> ReadAllAsync(
        Guid principal, IReadOnlyCollection<Guid> accounts, CancellationToken cancellationToken) =>
        ReadFactsAsync(principal, accounts, scopes: null, cancellationToken);

    /// <summary>The same within a transaction that has locked access, so that nothing can come between.</summary>
    /// <inheritdoc cref="ReadAsync(Guid, IReadOnlyCollection{Guid}, IReadOnlyCollection{Guid}, CancellationToken)"/>
    public static async Task<AccessFacts> ReadLockedAsync(
        EntitlementDbContext db,
        Guid principal,
        IReadOnlyCollection<Guid> accounts,
        IReadOnlyCollection<Guid> scopes,
        CancellationToken cancellationToken) =>
        await ReadAtAsync(db, await db.ReadVersionAsync(cancellationToken), principal, accounts, scopes, cancellationToken);

    private async Task<AccessFacts> ReadFactsAsync(
        Guid principal,
        IReadOnlyCollection<Guid> accounts,
        IReadOnlyCollection<Guid>? scopes,
        CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var version = await db.ReadVersionAsync(cancellationToken);
        for (var attempt = 0; attempt < MaxAttempts; attempt++)
        {
            var facts = await ReadAtAsync(db, version, principal, accounts, scopes, cancellationToken);

            // Whatever alters access raises the clock in its own transaction: if it stands still, all of this was true at once.
            var after = await db.ReadVersionAsync(cancellationToken);
            if (after == version)
            {
                return facts;
            }

            version = after;
        }

        throw Refusal.StorageUnavailable();
    }

    private static async Task<AccessFacts> ReadAtAsync(
        EntitlementDbContext db,
        long version,
        Guid principal,
        IReadOnlyCollection<Guid> accounts,
        IReadOnlyCollection<Guid>? scopes,
        CancellationToken cancellationToken)
    {
        var snapshot = await ReadPrincipalAsync(db, principal, cancellationToken);
        var line = accounts.Count == 0 ? [] : await ReadLineAsync(db, accounts, cancellationToken);
        var reached = scopes is null ? null : (Guid[])[Guid.Empty, .. scopes, .. line.Select(one => one.Id)];
        var grants = await ReadGrantsAsync(db, [principal, .. snapshot.GroupIds], reached, cancellationToken);
        var book = await db.ReadRolesAsync(grants.Select(one => one.Grant.RoleId), cancellationToken);
        var byAccount = grants.ToLookup(one => one.AccountId, one => one.Grant);
        return new AccessFacts(
            version,
            snapshot,
            book,
            GrantIndex.Create([.. grants.Where(one => one.Kind == ScopeKind.System).Select(one => one.Grant)]),
            line.ToDictionary(
                one => one.Id, one => one with { Grants = GrantIndex.Create([.. byAccount[one.Id]]) }),
            grants.Where(one => one.Kind == ScopeKind.Product)
                .GroupBy(one => one.Grant.ScopeId, one => one.Grant)
                .ToDictionary(product => product.Key, product => GrantIndex.Create([.. product])))
        {
            Grants = grants,
        };
    }

    /// <summary>What is known of a user or service account; see <see cref="Cache.PrincipalCopy"/>.</summary>
    public static async Task<PrincipalSnapshot> ReadPrincipalAsync(
        EntitlementDbContext db, Guid id, CancellationToken cancellationToken)
    {
        var groups = await db.GroupMembers
            .Where(member => member.PrincipalId == id)
            .Select(member => member.GroupId)
            .ToListAsync(cancellationToken);
        var user = await db.Users
            .Where(one => one.Id == id)
            .Select(one => new
            {
                one.IsEnabled,
                one.Scope,
                one.PrimaryAccountId,
                Identities = db.ExternalIdentities
                    .Where(identity => identity.UserId == one.Id)
                    .Select(identity => new { identity.Issuer, identity.Subject })
                    .ToList(),
            })
            .SingleOrDefaultAsync(cancellationToken);
        if (user is not null)
        {
            var memberships = await db.Memberships
                .Where(one => one.UserId == id)
                .Select(one => one.AccountId)
                .ToListAsync(cancellationToken);
            return new PrincipalSnapshot(id, PrincipalKind.User)
            {
                IsEnabled = user.IsEnabled,
                IsOfSystem = user.Scope == UserScope.System,
                GroupIds = [.. groups],
                AccountIds = [.. memberships],
                PrimaryAccountId = user.PrimaryAccountId,
                Identities = [.. user.Identities.Select(one => ExternalIdentity.DigestOf(one.Issuer, one.Subject))],
            };
        }

        var account = await db.ServiceAccounts
            .Where(one => one.Id == id)
            .Select(one => new { one.IsEnabled, one.AccountId })
            .SingleOrDefaultAsync(cancellationToken);
        return new PrincipalSnapshot(id, PrincipalKind.ServiceAccount)
        {
            // Nobody of this name any more: whatever is still assigned to it gives nothing.
            IsEnabled = account?.IsEnabled == true,
            IsOfSystem = account is { AccountId: null },
            GroupIds = [.. groups],
            AccountIds = account?.AccountId is { } owner ? [owner] : [],
            PrimaryAccountId = account?.AccountId,
        };
    }

    /// <summary>Without what is assigned on them.</summary>
    private static Task<List<AccountSnapshot>> ReadLineAsync(
        EntitlementDbContext db, IReadOnlyCollection<Guid> accounts, CancellationToken cancellationToken) =>
        db.AccountAncestors
            .Where(row => accounts.Contains(row.AccountId))
            .Select(row => row.AncestorId)
            .Distinct()
            .Join(
                db.Accounts,
                id => id,
                account => account.Id,
                (_, account) => new AccountSnapshot(
                    account.Id, account.ParentId, account.Policy, account.SuperviseTime != null, GrantIndex.Empty))
            .ToListAsync(cancellationToken);

    private static Task<List<GrantFacts>> ReadGrantsAsync(
        EntitlementDbContext db, ImmutableArray<Guid> subjects, Guid[]? scopes, CancellationToken cancellationToken)
    {
        var query = db.RoleAssignments.Where(one => subjects.Contains(one.SubjectId));
        if (scopes is not null)
        {
            query = query.Where(one => scopes.Contains(one.ScopeId));
        }

        return query
            .Select(one => new GrantFacts(
                one.AccountId, one.ScopeKind, new Grant(one.Id, one.SubjectId, one.RoleId, one.ScopeId, one.ExpireTime)))
            .ToListAsync(cancellationToken);
    }
}
