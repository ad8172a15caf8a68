using System.Collections.Immutable;
using Entitlement.Domain.Access;
using Entitlement.Domain.Errors;
using Entitlement.Domain.People;
using Entitlement.Storage;
using Entitlement.Storage.Access;
using Microsoft.EntityFrameworkCore;

namespace Entitlement.Server.Access;

/// <summary>
/// Reads what decisions rest on straight from the database, so that each is true at the moment of the call. A cache would stand
/// in its place: whoever decides knows facts and their version, and not where they come from.
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
        ReadAsync(principal, (_, _) => Task.FromResult(accounts), scopes, cancellationToken);

    /// <summary>Facts about everything that a principal holds, for lists.</summary>
    /// <inheritdoc cref="ReadAsync(Guid, IReadOnlyCollection{Guid}, IReadOnlyCollection{Guid}, CancellationToken)"/>
    public Task<AccessFacts> ReadAllAsync(
        Guid principal, IReadOnlyCollection<Guid> accounts, CancellationToken cancellationToken) =>
        ReadAsync(principal, (_, _) => Task.FromResult(accounts), scopes: null, cancellationToken);

    /// <summary>Facts for decisions about a person, which the accounts decide that the person is a member of.</summary>
    /// <returns>The facts, those accounts, and whether the person may hold roles on the whole system.</returns>
    public async Task<(AccessFacts Facts, IReadOnlyCollection<Guid> Accounts, bool IsOfSystem)> ReadForPersonAsync(
        Guid principal, Guid person, CancellationToken cancellationToken)
    {
        IReadOnlyCollection<Guid> memberships = [];
        var isOfSystem = false;
        var facts = await ReadAsync(
            principal,
            async (db, token) =>
            {
                isOfSystem = await db.Users.AnyAsync(one => one.Id == person && one.Scope == UserScope.System, token);
                return memberships = await db.Memberships
                    .Where(one => one.UserId == person)
                    .Select(one => one.AccountId)
                    .ToListAsync(token);
            },
            scopes: [],
            cancellationToken);
        return (facts, memberships, isOfSystem);
    }

    /// <summary>The same within a transaction that has locked access, so that nothing can come between.</summary>
    /// <inheritdoc cref="ReadAsync(Guid, IReadOnlyCollection{Guid}, IReadOnlyCollection{Guid}, CancellationToken)"/>
    public static async Task<AccessFacts> ReadLockedAsync(
        EntitlementDbContext db,
        Guid principal,
        IReadOnlyCollection<Guid> accounts,
        IReadOnlyCollection<Guid> scopes,
        CancellationToken cancellationToken) =>
        await ReadAtAsync(db, await db.ReadVersionAsync(cancellationToken), principal, accounts, scopes, cancellationToken);

    private async Task<AccessFacts> ReadAsync(
        Guid principal,
        Func<EntitlementDbContext, CancellationToken, Task<IReadOnlyCollection<Guid>>> accounts,
        IReadOnlyCollection<Guid>? scopes,
        CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var version = await db.ReadVersionAsync(cancellationToken);
        for (var attempt = 0; attempt < MaxAttempts; attempt++)
        {
            var facts = await ReadAtAsync(db, version, principal, await accounts(db, cancellationToken), scopes, cancellationToken);

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
        var reached = scopes is null ? null : (Guid[])[Guid.Empty, .. scopes, .. line.Keys];
        var grants = await ReadGrantsAsync(db, [principal, .. snapshot.GroupIds], reached, cancellationToken);
        var book = await db.ReadRolesAsync(grants.Select(one => one.Grant.RoleId), cancellationToken);
        return new AccessFacts(version, snapshot, book, line, grants);
    }

    private static async Task<PrincipalSnapshot> ReadPrincipalAsync(
        EntitlementDbContext db, Guid id, CancellationToken cancellationToken)
    {
        var groups = await db.GroupMembers
            .Where(member => member.PrincipalId == id)
            .Select(member => member.GroupId)
            .ToListAsync(cancellationToken);
        var user = await db.Users
            .Where(one => one.Id == id)
            .Select(one => new { one.IsEnabled, one.Scope, one.PrimaryAccountId })
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

    private static Task<Dictionary<Guid, AccountFacts>> ReadLineAsync(
        EntitlementDbContext db, IReadOnlyCollection<Guid> accounts, CancellationToken cancellationToken) =>
        db.AccountAncestors
            .Where(row => accounts.Contains(row.AccountId))
            .Select(row => row.AncestorId)
            .Distinct()
            .Join(
                db.Accounts,
                id => id,
                account => account.Id,
                (_, account) => new AccountFacts(account.Id, account.ParentId, account.Policy, account.SuperviseTime != null))
            .ToDictionaryAsync(account => account.Id, cancellationToken);

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
