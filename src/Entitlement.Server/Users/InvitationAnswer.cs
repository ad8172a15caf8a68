using Entitlement.Domain.Errors;
using Entitlement.Domain.Names;
using Entitlement.Domain.People;
using Entitlement.Server.Idempotency;
using Entitlement.Storage.Access;
using Microsoft.EntityFrameworkCore;

namespace Entitlement.Server.Users;

/// <summary>What the person, or the account, says to an invitation.</summary>
/// <param name="Name">The invitation.</param>
/// <param name="Person">Who was invited, as the caller was judged.</param>
internal sealed record InvitationAnswer(InvitationName Name, UserName Person)
{
    /// <exception cref="EntitlementException">There is no such invitation, or it is too late.</exception>
    public async Task<Outcome> AcceptAsync(Change change, CancellationToken cancellationToken)
    {
        await change.Db.LockAccessAsync(cancellationToken);
        var invitation = await FindAsync(change, cancellationToken);
        var person = await change.Db.Users.SingleAsync(user => user.Id == Person.UserId, cancellationToken);
        change.Db.Add(invitation.Accept(change.Now));
        change.Db.Remove(invitation);
        if (person.PrimaryAccountId is null)
        {
            person.MakePrimary(Name.AccountId);
        }

        change.Touch(AccessThing.Principal, Person.UserId);
        change.Audit(Name.AccountId, "invitation.accept", $"{new MemberName(Name.AccountId, Person.UserId)}");
        return new Outcome($"{Person}", Existed: false);
    }

    /// <exception cref="EntitlementException">There is no such invitation.</exception>
    public async Task<Outcome> DeclineAsync(Change change, CancellationToken cancellationToken)
    {
        change.Db.Remove(await FindAsync(change, cancellationToken));
        change.Audit(Name.AccountId, "invitation.decline", $"{Name}");
        return new Outcome($"{Name}", Existed: false);
    }

    private async Task<Invitation> FindAsync(Change change, CancellationToken cancellationToken) =>
        await change.Db.Invitations.SingleOrDefaultAsync(
            row => row.AccountId == Name.AccountId && row.Id == Name.InvitationId && row.UserId == Person.UserId,
            cancellationToken) ?? throw Refusal.NotFound($"{Name}");
}
