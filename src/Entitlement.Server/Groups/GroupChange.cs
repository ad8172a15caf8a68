using System.Text.Json;
using Entitlement.Domain.Access;
using Entitlement.Domain.Errors;
using Entitlement.Domain.Names;
using Entitlement.Server.Access;
using Entitlement.Server.Idempotency;
using Entitlement.Storage.Access;
using Microsoft.EntityFrameworkCore;

namespace Entitlement.Server.Groups;

/// <summary>Makes, renames and deletes groups.</summary>
internal static class GroupChange
{
    /// <param name="account">Null for a group of the system.</param>
    /// <param name="displayName">Not checked yet.</param>
    /// <param name="change">The change.</param>
    /// <param name="cancellationToken">Stops before the next statement.</param>
    /// <exception cref="EntitlementException">There is no such account, or the name breaks a rule.</exception>
    public static async Task<Outcome> CreateAsync(
        AccountName? account, string displayName, Change change, CancellationToken cancellationToken)
    {
        var group = Group.Create(account?.AccountId, displayName, change.Now);
        if (account is { } name && !await change.Db.Accounts.AnyAsync(row => row.Id == name.AccountId, cancellationToken))
        {
            throw Refusal.NotFound($"{name}");
        }

        change.Db.Add(group);
        change.Audit(group.AccountId, "group.create", $"{group.Name}");
        return new Outcome($"{group.Name}", Existed: false);
    }

    /// <exception cref="EntitlementException">There is no such group, or the name breaks a rule.</exception>
    public static async Task<Outcome> RenameAsync(
        GroupName name, string displayName, Change change, CancellationToken cancellationToken)
    {
        var group = await FindOwnAsync(name, change, cancellationToken);
        group.Rename(displayName);
        change.Audit(group.AccountId, "group.update", $"{name}");
        return new Outcome($"{name}", Existed: false);
    }

    /// <summary>Deletes it with its members' places and what it holds.</summary>
    /// <exception cref="EntitlementException">There is no such group, or it can't go.</exception>
    public static async Task<Outcome> DeleteAsync(
        GroupName name, Caller caller, Change change, CancellationToken cancellationToken)
    {
        var db = change.Db;
        await db.LockAccessAsync(cancellationToken);
        var group = await FindOwnAsync(name, change, cancellationToken);
        var held = await db.RoleAssignments.Where(row => row.SubjectId == group.Id).ToListAsync(cancellationToken);
        await new RoleRights(change, caller).RequireTakeAsync(held, Permission.AccessManage, cancellationToken);
        var administers = await db.AdministersAsync(group.Id, change.Now, cancellationToken);
        var members = await db.GroupMembers.Where(member => member.GroupId == group.Id).ToListAsync(cancellationToken);
        db.RemoveRange(held);
        db.RemoveRange(members);
        db.Remove(group);
        foreach (var row in held)
        {
            change.Touch(row);
        }

        foreach (var member in members)
        {
            change.Touch(AccessThing.Principal, member.PrincipalId);
        }

        change.Audit(
            group.AccountId,
            "group.delete",
            $"{name}",
            JsonSerializer.Serialize(new GroupDeleted(members.Count, held.Count), GroupJson.Default.GroupDeleted));
        await change.NoteSupervisionAsync(held.Supervised(), cancellationToken);
        if (administers)
        {
            await change.RequireAdministratorsAsync([.. members.Select(member => member.PrincipalId)], cancellationToken);
        }

        return new Outcome($"{name}", Existed: false);
    }

    /// <summary>One that does not come with the service.</summary>
    private static async Task<Group> FindOwnAsync(GroupName name, Change change, CancellationToken cancellationToken)
    {
        var group = await change.Db.Groups.Named(name).SingleOrDefaultAsync(cancellationToken)
            ?? throw Refusal.NotFound($"{name}");
        return group.Id == Group.Administrators ? throw Refusal.GroupBuiltIn(name) : group;
    }
}
