using Entitlement.Domain.Access;
using Entitlement.Domain.Errors;
using Entitlement.Domain.Names;
using Entitlement.Domain.People;
using Entitlement.Server.Access;
using Entitlement.Server.Idempotency;
using Entitlement.Server.Roles;
using Entitlement.Storage.Access;
using Microsoft.EntityFrameworkCore;

namespace Entitlement.Server.Users;

/// <summary>What the person, or whoever invited, says to an invitation.</summary>
/// <param name="Name">The invitation.</param>
/// <param name="Person">Who was invited, as the caller was judged.</param>
internal sealed record InvitationAnswer(InvitationName Name, UserName Person)
{
    /// <param name="change">The change.</param>
    /// <param name="giver">Gives the roles of an invitation to a product.</param>
    /// <param name="cancellationToken">Stops before the next statement.</param>
    /// <exception cref="EntitlementException">
    /// There is no such invitation, it is too late, or whoever sent it may not give any more what it promises.
    /// </exception>
    public async Task<Outcome> AcceptAsync(Change change, RoleGiver giver, CancellationToken cancellationToken)
    {
        await change.Db.LockAccessAsync(cancellationToken);
        var invitation = await FindAsync(change, cancellationToken);
        invitation.RequireOpen(change.Now);
        change.Db.Remove(invitation);
        if (invitation.IsOfProduct)
        {
            await GiveAsync(change, giver, invitation, cancellationToken);
            change.Audit(account: null, "invitation.accept", $"{Name}");
        }
        else
        {
            await JoinAsync(change, cancellationToken);
            change.Audit(Name.AccountId, "invitation.accept", $"{new MemberName(Name.OwnerId, Person.UserId)}");
        }

        change.Touch(AccessThing.Principal, Person.UserId);
        return new Outcome($"{Person}", Existed: false);
    }

    /// <exception cref="EntitlementException">There is no such invitation.</exception>
    public async Task<Outcome> DeclineAsync(Change change, CancellationToken cancellationToken)
    {
        change.Db.Remove(await FindAsync(change, cancellationToken));
        change.Audit(Name.AccountId, "invitation.decline", $"{Name}");
        return new Outcome($"{Name}", Existed: false);
    }

    private async Task JoinAsync(Change change, CancellationToken cancellationToken)
    {
        var person = await change.Db.Users.SingleAsync(user => user.Id == Person.UserId, cancellationToken);
        change.Db.Add(Membership.Begin(Name.OwnerId, person.Id, change.Now));
        if (person.PrimaryAccountId is null)
        {
            person.MakePrimary(Name.OwnerId);
        }
    }

    /// <summary>
    /// By the rights that whoever invited has at this moment: a promise of somebody who was dismissed since is worth nothing.
    /// </summary>
    private async Task GiveAsync(Change change, RoleGiver giver, Invitation invitation, CancellationToken cancellationToken)
    {
        _ = ResourcePath.TryParse($"{new ProductName(Name.OwnerId)}", out var scope);
        var subject = new Subject(PrincipalKind.User, Person.UserId, $"{Person}");
        try
        {
            await giver.GiveAsync(
                change,
                CallerOf(invitation.InvitedBy!),
                scope!,
                [.. invitation.ListRoles().Select(role => new WantedRole(subject, role, Until: null))],
                Permission.AccessManage,
                cancellationToken);
        }
        catch (EntitlementException refusal) when (refusal.Reason is FailureReason.PermissionDenied
            or FailureReason.RoleNotAssignable or FailureReason.RoleNotAllowed or FailureReason.NotFound)
        {
            throw Refusal.InvitationVoid(Name);
        }
    }

    private static Caller CallerOf(string actor) => actor.Split('/') switch
    {
        ["users", var id] => new Caller.User(Guid.Parse(id)),
        ["serviceAccounts", var id] => new Caller.ServiceAccount(Guid.Parse(id)),
        _ => Caller.BootstrapAdministrator.Instance,
    };

    private async Task<Invitation> FindAsync(Change change, CancellationToken cancellationToken)
    {
        var (owner, id, person) = (Name.OwnerId, Name.InvitationId, Person.UserId);
        var invitation = await change.Db.Invitations.SingleOrDefaultAsync(
            row => row.OwnerId == owner && row.Id == id && row.UserId == person, cancellationToken);
        return invitation?.Name == Name ? invitation : throw Refusal.NotFound($"{Name}");
    }
}
