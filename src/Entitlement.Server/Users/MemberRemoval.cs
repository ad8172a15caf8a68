using System.Text.Json;
using Entitlement.Domain.Access;
using Entitlement.Domain.Errors;
using Entitlement.Domain.Names;
using Entitlement.Server.Access;
using Entitlement.Server.Idempotency;
using Entitlement.Storage.Access;
using Microsoft.EntityFrameworkCore;

namespace Entitlement.Server.Users;

/// <summary>A membership that is to end, and why.</summary>
internal sealed record MemberRemoval(MemberName Name, string Reason, Caller Caller)
{
    /// <exception cref="EntitlementException">The request breaks a rule that needs no member to be told.</exception>
    public static MemberRemoval Parse(V1.RemoveMemberRequest request, Caller caller) => new(
        MemberName.Parse(request.Name, "name"), Text.Require(request.Reason, "reason", 1, Text.MaxReasonLength), caller);

    /// <exception cref="EntitlementException">There is no such member, or it holds what the caller may not take.</exception>
    public async Task<Outcome> RunAsync(Change change, CancellationToken cancellationToken)
    {
        var db = change.Db;
        // First, so that nothing is given meanwhile that would outlive the membership.
        await db.LockAccessAsync(cancellationToken);
        var membership = await db.Memberships.SingleOrDefaultAsync(
            row => row.AccountId == Name.AccountId && row.UserId == Name.UserId, cancellationToken)
            ?? throw Refusal.NotFound($"{Name}");
        var person = await db.Users.SingleAsync(user => user.Id == Name.UserId, cancellationToken);
        var lost = await Belongings.AccountsLostAsync(db, person, Name.AccountId, cancellationToken);
        var belongings = (await Belongings.OfAsync(db, person.Id, cancellationToken)).In(lost);
        RoleAssignment[] taken = [.. belongings.Roles, .. await belongings.ListRolesOfGroupsAsync(db, cancellationToken)];
        await new RoleRights(change, Caller).RequireTakeAsync(taken, Permission.UserRemove, cancellationToken);
        belongings.RemoveFrom(change);
        db.Remove(membership);
        if (person.PrimaryAccountId == Name.AccountId)
        {
            person.MakePrimary(await db.Memberships
                .Where(row => row.UserId == person.Id && row.AccountId != Name.AccountId)
                .OrderBy(row => row.CreateTime)
                .ThenBy(row => row.AccountId)
                .Select(row => (Guid?)row.AccountId)
                .FirstOrDefaultAsync(cancellationToken));
        }

        change.Touch(AccessThing.Principal, person.Id);
        change.Audit(
            Name.AccountId,
            "member.remove",
            $"{Name}",
            JsonSerializer.Serialize(
                new MemberRemoved(belongings.RolesTaken(), belongings.GroupsLeft()), UserJson.Default.MemberRemoved),
            Reason);
        await change.NoteSupervisionAsync(taken.Supervised(), cancellationToken);
        return new Outcome($"{Name}", Existed: false);
    }
}
