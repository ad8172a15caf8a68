using Entitlement.Domain.Access;
using Entitlement.Domain.Names;
using Entitlement.Domain.People;
using Entitlement.Server.Access;
using Entitlement.Server.Idempotency;
using Entitlement.Storage;
using Microsoft.EntityFrameworkCore;

namespace Entitlement.Server.Users;

/// <summary>What a person holds and is to lose: roles and places in groups.</summary>
internal sealed record Belongings(IReadOnlyList<RoleAssignment> Roles, IReadOnlyList<(GroupMember Place, Group Group)> Groups)
{
    public static async Task<Belongings> OfAsync(EntitlementDbContext db, Guid person, CancellationToken cancellationToken) =>
        new(
            await db.RoleAssignments.Where(row => row.SubjectId == person).ToListAsync(cancellationToken),
            [.. (await db.GroupMembers
                .Where(place => place.PrincipalId == person)
                .Join(db.Groups, place => place.GroupId, group => group.Id, (place, group) => new { place, group })
                .ToListAsync(cancellationToken)).Select(one => (one.place, one.group))]);

    /// <summary>Those that hang on one of the accounts.</summary>
    public Belongings In(IReadOnlySet<Guid> accounts) => new(
        [.. Roles.Where(row => row.AccountId is { } account && accounts.Contains(account))],
        [.. Groups.Where(one => one.Group.AccountId is { } account && accounts.Contains(account))]);

    /// <summary>What the groups give, and the person loses with them.</summary>
    public async Task<List<RoleAssignment>> ListRolesOfGroupsAsync(EntitlementDbContext db, CancellationToken cancellationToken)
    {
        var groups = Groups.Select(one => one.Group.Id).ToList();
        return await db.RoleAssignments
            .AsNoTracking()
            .Where(row => groups.Contains(row.SubjectId))
            .ToListAsync(cancellationToken);
    }

    /// <summary>Takes all of it away.</summary>
    public void RemoveFrom(Change change)
    {
        change.Db.RemoveRange(Roles);
        change.Db.RemoveRange(Groups.Select(one => one.Place));
        foreach (var role in Roles)
        {
            change.Touch(role);
        }
    }

    public IReadOnlyList<RoleTaken> RolesTaken() =>
        [.. Roles.Select(row => new RoleTaken($"{row.Name}", $"{new RoleName(row.RoleId)}", row.ScopeName))];

    public IReadOnlyList<string> GroupsLeft() => [.. Groups.Select(one => $"{one.Group.Name}")];

    /// <summary>
    /// The accounts where a person may hold nothing any more once a membership is over: that account, and those below it that no
    /// other membership reaches. People of the system may hold roles anywhere, and lose what is on that account alone.
    /// </summary>
    public static async Task<HashSet<Guid>> AccountsLostAsync(
        EntitlementDbContext db, User person, Guid account, CancellationToken cancellationToken)
    {
        if (person.Scope == UserScope.System)
        {
            return [account];
        }

        var reached = db.Memberships
            .Where(row => row.UserId == person.Id && row.AccountId != account)
            .Join(db.AccountAncestors, row => row.AccountId, tree => tree.AncestorId, (_, tree) => tree.AccountId);
        var lost = await db.AccountAncestors
            .Where(tree => tree.AncestorId == account && !reached.Contains(tree.AccountId))
            .Select(tree => tree.AccountId)
            .ToHashSetAsync(cancellationToken);
        lost.Add(account);
        return lost;
    }
}
