using System.Collections.Immutable;
using Entitlement.Domain.Access;
using Entitlement.Domain.Errors;
using Entitlement.Domain.Names;
using Entitlement.Storage;
using Microsoft.EntityFrameworkCore;

namespace Entitlement.Server.Access;

/// <summary>Finds out what somebody who is refused may know, and whom to ask: see <see cref="RefusalRule"/>.</summary>
internal sealed class AccessContactReader(AccessReader reader, IDbContextFactory<EntitlementDbContext> contexts)
{
    private const int MaxContacts = 5;

    /// <returns>What to throw.</returns>
    /// <param name="principal">Who is refused.</param>
    /// <param name="permission">What is missing.</param>
    /// <param name="resource">As the caller named it.</param>
    /// <param name="target">The same, understood.</param>
    /// <param name="now">The moment.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    public async Task<EntitlementException> RefuseAsync(
        PrincipalSnapshot principal,
        Permission permission,
        string resource,
        AccessTarget target,
        DateTimeOffset now,
        CancellationToken cancellationToken)
    {
        // The same work whether the account exists or not: how long a refusal takes must not tell either.
        var facts = await reader.ReadAllAsync(principal.Id, [target.AccountId, .. principal.AccountIds], cancellationToken);
        var line = RefusalRule.FindLine(IdsOf(facts, target.AccountId), principal.AccountIds.Select(own => IdsOf(facts, own)));
        var contacts = await FindContactsAsync(line ?? IdsOf(facts, principal.PrimaryAccountId ?? Guid.Empty), now, cancellationToken);
        return RefusalRule.MayKnow(facts.ViewOf(target), target, line is not null, now)
            ? Refusal.PermissionDenied(permission.ToName(), resource, contacts)
            : Refusal.NotFound(resource);
    }

    /// <summary>Whom to ask for a role that somebody may not give: the nearest who may, on the account, above it or on the whole system.</summary>
    /// <param name="db">The context of the transaction that refuses.</param>
    /// <param name="account">The account that the scope is or belongs to; null for another.</param>
    /// <param name="roleId">Which role.</param>
    /// <param name="now">The moment.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <returns>Null when there is nobody with an address.</returns>
    public static async Task<AccessContacts?> FindGiversAsync(
        EntitlementDbContext db, Guid? account, string roleId, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var line = account is { } id ? await db.ListAncestorsAsync(id, cancellationToken) : [];
        return await FindAsync(
            db,
            [.. line.OrderBy(row => row.Distance).Select(row => row.AncestorId)],
            role => role.MayAssign(roleId),
            now,
            cancellationToken);
    }

    private static ImmutableArray<Guid> IdsOf(AccessFacts facts, Guid account) =>
        [.. facts.LineOf(account).Select(one => one.Id)];

    /// <param name="line">Accounts, the first to be asked first.</param>
    /// <param name="now">The moment.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <returns>Null when nobody manages access in any of them, nor in the system.</returns>
    private async Task<AccessContacts?> FindContactsAsync(
        ImmutableArray<Guid> line, DateTimeOffset now, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        return await FindAsync(db, line, _ => true, now, cancellationToken);
    }

    private static async Task<AccessContacts?> FindAsync(
        EntitlementDbContext db,
        ImmutableArray<Guid> line,
        Func<RoleDefinition, bool> isMeant,
        DateTimeOffset now,
        CancellationToken cancellationToken)
    {
        var roles = await db.ReadRolesAsync(cancellationToken);
        var managing = roles.Roles.Values
            .Where(role => role.NamedInRefusals && role.Permissions.Contains(Permission.AccessManage) && isMeant(role))
            .Select(role => role.Id)
            .ToList();
        Guid[] scopes = [.. line, Guid.Empty];
        var holders = await db.RoleAssignments
            .Where(one => scopes.Contains(one.ScopeId) && managing.Contains(one.RoleId))
            .Where(one => one.ExpireTime == null || one.ExpireTime > now)
            .OrderBy(one => one.Id)
            .Select(one => new { one.ScopeId, one.SubjectId })
            .ToListAsync(cancellationToken);
        foreach (var scope in scopes)
        {
            var subjects = holders.Where(one => one.ScopeId == scope).Select(one => one.SubjectId).ToList();
            var people = subjects.Count == 0 ? [] : await ListPeopleAsync(db, subjects, cancellationToken);
            if (people.Count > 0)
            {
                return new AccessContacts(scope == Guid.Empty ? null : new AccountName(scope), people);
            }
        }

        return null;
    }

    private static Task<List<AccessContact>> ListPeopleAsync(
        EntitlementDbContext db, List<Guid> subjects, CancellationToken cancellationToken) =>
        db.Users
            .Where(user => user.IsEnabled && user.Email != null)
            .Where(user => subjects.Contains(user.Id)
                || db.GroupMembers.Any(member => member.PrincipalId == user.Id && subjects.Contains(member.GroupId)))
            .OrderBy(user => user.Id)
            .Take(MaxContacts)
            .Select(user => new AccessContact(new UserName(user.Id), user.DisplayName, user.Email ?? ""))
            .ToListAsync(cancellationToken);
}
