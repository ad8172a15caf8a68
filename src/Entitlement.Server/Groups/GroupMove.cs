using System.Text.Json;
using Entitlement.Domain.Access;
using Entitlement.Domain.Errors;
using Entitlement.Domain.Names;
using Entitlement.Server.Access;
using Entitlement.Server.Idempotency;
using Entitlement.Storage.Access;
using Microsoft.EntityFrameworkCore;

namespace Entitlement.Server.Groups;

/// <summary>Somebody who is to join a group or to leave it.</summary>
/// <param name="Name">The group.</param>
/// <param name="Member">Who.</param>
/// <param name="Caller">Who wants it.</param>
internal sealed record GroupMove(GroupName Name, Joiner Member, Caller Caller)
{
    /// <exception cref="EntitlementException">There is no such group or nobody like that for it, or the caller may not.</exception>
    public async Task<Outcome> JoinAsync(Change change, CancellationToken cancellationToken)
    {
        var (db, member) = (change.Db, Member);
        // First, so that the group gets no role meanwhile that the caller may not give.
        await db.LockAccessAsync(cancellationToken);
        var (group, held) = await FindAsync(change, cancellationToken);
        var subject = await member.FindForAsync(db, Name, cancellationToken);
        await RequireRightsAsync(held, rights => rights.RequireGiveAsync(held, subject, cancellationToken), change, cancellationToken);
        if (await db.GroupMembers.AnyAsync(row => row.GroupId == group.Id && row.PrincipalId == member.Id, cancellationToken))
        {
            return new Outcome($"{Name}", Existed: true);
        }

        db.Add(GroupMember.Add(group.Id, member.Id, member.Kind, change.Now));
        var outcome = End("group.join", change);
        await change.NoteSupervisionAsync(held.Supervised(), cancellationToken);
        return outcome;
    }

    /// <exception cref="EntitlementException">There is no such group, it is not in it, it can't go, or the caller may not.</exception>
    public async Task<Outcome> LeaveAsync(Change change, CancellationToken cancellationToken)
    {
        var (db, member) = (change.Db, Member);
        await db.LockAccessAsync(cancellationToken);
        var (group, held) = await FindAsync(change, cancellationToken);
        await RequireRightsAsync(
            held, rights => rights.RequireTakeAsync(held, Permission.AccessManage, cancellationToken), change, cancellationToken);
        db.Remove(await db.GroupMembers.SingleOrDefaultAsync(
            row => row.GroupId == group.Id && row.PrincipalId == member.Id && row.PrincipalKind == member.Kind, cancellationToken)
            ?? throw Refusal.NotFound(member.Name));
        var outcome = End("group.leave", change);
        await change.NoteSupervisionAsync(held.Supervised(), cancellationToken);
        if (await db.AdministersAsync(group.Id, change.Now, cancellationToken))
        {
            await change.RequireAdministratorsAsync([member.Id], cancellationToken);
        }

        return outcome;
    }

    private async Task<(Group Group, List<RoleAssignment> Held)> FindAsync(Change change, CancellationToken cancellationToken)
    {
        var group = await change.Db.Groups.Named(Name).SingleOrDefaultAsync(cancellationToken)
            ?? throw Refusal.NotFound($"{Name}");
        return (group, await change.Db.RoleAssignments
            .AsNoTracking()
            .Where(row => row.SubjectId == group.Id && (row.ExpireTime == null || row.ExpireTime > change.Now))
            .ToListAsync(cancellationToken));
    }

    /// <summary>A group without roles gives nothing yet; who is in it is for those who manage it.</summary>
    private Task RequireRightsAsync(
        List<RoleAssignment> held, Func<RoleRights, Task> require, Change change, CancellationToken cancellationToken)
    {
        var rights = new RoleRights(change, Caller);
        return held.Count == 0 ? rights.RequireAsync(Permission.GroupManage, Name.AccountId, cancellationToken) : require(rights);
    }

    private Outcome End(string action, Change change)
    {
        change.Touch(AccessThing.Principal, Member.Id);
        change.Audit(
            Name.AccountId,
            action,
            $"{Name}",
            JsonSerializer.Serialize(new MemberMoved(Member.Name), GroupJson.Default.MemberMoved));
        return new Outcome($"{Name}", Existed: false);
    }
}
