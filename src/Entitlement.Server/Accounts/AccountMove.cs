using Entitlement.Domain.Access;
using Entitlement.Domain.Errors;
using Entitlement.Domain.Names;
using Entitlement.Domain.People;
using Entitlement.Server.Access;
using Entitlement.Server.Idempotency;
using Entitlement.Storage;
using Entitlement.Storage.Access;
using Microsoft.EntityFrameworkCore;

namespace Entitlement.Server.Accounts;

/// <summary>Where an account is to be moved.</summary>
/// <param name="Name">The account.</param>
/// <param name="Parent">The account right above it from then on; null for the top.</param>
internal sealed record AccountMove(AccountName Name, AccountName? Parent)
{
    /// <exception cref="EntitlementException">The request breaks a rule that needs no account to be told.</exception>
    public static AccountMove Parse(V1.MoveAccountRequest request) => new(
        AccountName.Parse(request.Name, "name"),
        request.Parent.Length == 0 ? null : AccountName.Parse(request.Parent, "parent"));

    /// <exception cref="EntitlementException">One of them does not exist, or the place is not possible.</exception>
    public async Task<Outcome> RunAsync(Change change, CancellationToken cancellationToken)
    {
        var account = await change.Db.Accounts.SingleOrDefaultAsync(row => row.Id == Name.AccountId, cancellationToken)
            ?? throw Refusal.NotFound($"{Name}");
        var before = account.ParentId is { } parent ? $"{new AccountName(parent)}" : "";
        await change.Db.MoveAccountAsync(Name, Parent, cancellationToken);
        account.MoveBelow(Parent?.AccountId);
        var ended = await EndForeignRolesAsync(change, cancellationToken);
        change.Touch(AccessThing.Account, Name.AccountId);
        change.Audit(Name.AccountId, "account.move", $"{Name}", AccountJson.Of(new AccountMoved(before, $"{Parent}", ended)));
        return new Outcome($"{Name}", Existed: false);
    }

    /// <summary>
    /// Ends what nobody could be given at the new place: roles on what moved, of those who belong to accounts that are no longer
    /// above it.
    /// </summary>
    private async Task<int> EndForeignRolesAsync(Change change, CancellationToken cancellationToken)
    {
        var db = change.Db;
        var moved = db.AccountAncestors.Where(row => row.AncestorId == Name.AccountId).Select(row => row.AccountId);
        var foreign = await db.RoleAssignments
            .Where(one => one.AccountId != null && moved.Contains(one.AccountId.Value))
            .Where(one => one.SubjectKind == PrincipalKind.User
                ? !db.Users.Any(user => user.Id == one.SubjectId && user.Scope == UserScope.System)
                    && !db.Memberships.Any(member => member.UserId == one.SubjectId && db.AccountAncestors.Any(
                        row => row.AccountId == one.AccountId && row.AncestorId == member.AccountId))
                : one.SubjectKind == PrincipalKind.Group
                    ? !db.Groups.Any(group => group.Id == one.SubjectId && (group.AccountId == null || db.AccountAncestors.Any(
                        row => row.AccountId == one.AccountId && row.AncestorId == group.AccountId)))
                    : !db.ServiceAccounts.Any(own => own.Id == one.SubjectId && (own.AccountId == null || db.AccountAncestors.Any(
                        row => row.AccountId == one.AccountId && row.AncestorId == own.AccountId))))
            .ToListAsync(cancellationToken);
        db.RoleAssignments.RemoveRange(foreign);
        foreach (var one in foreign)
        {
            change.Touch(AccessThing.Account, one.AccountId ?? Guid.Empty);
        }

        await change.NoteSupervisionAsync(foreign.Supervised(), cancellationToken);
        return foreign.Count;
    }
}
