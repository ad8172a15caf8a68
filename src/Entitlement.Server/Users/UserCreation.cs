using Entitlement.Domain.Accounts;
using Entitlement.Domain.Errors;
using Entitlement.Domain.Notifications;
using Entitlement.Domain.People;
using Entitlement.Server.Idempotency;
using Entitlement.Storage;
using Entitlement.Storage.Access;
using Entitlement.Storage.Directories;
using Microsoft.EntityFrameworkCore;

namespace Entitlement.Server.Users;

/// <summary>What became of one of the people of a call; exactly one of the first three is there.</summary>
internal readonly record struct CreationResult(
    Guid? User = null, Guid? Invitation = null, EntitlementException? Refusal = null, bool Existed = false);

/// <summary>
/// Adds people to an account or to the system: all of a call in one transaction, so that access changes once, and each judged
/// alone.
/// </summary>
internal sealed class UserCreation(WantedUsers wanted)
{
    private readonly CreationResult[] _results = new CreationResult[wanted.Users.Count];

    /// <summary>What became of each; there once it ran.</summary>
    public IReadOnlyList<CreationResult> Results => _results;

    /// <exception cref="EntitlementException">There is no such account.</exception>
    public async Task<Outcome> RunAsync(Change change, CancellationToken cancellationToken)
    {
        var account = await FindAccountAsync(change.Db, cancellationToken);
        var known = await KnownPeople.LoadAsync(change.Db, wanted, cancellationToken);
        var mail = await InvitationMail.LoadAsync(
            change.Db, account is null ? [] : known.ListElsewhere(), change.Now, cancellationToken);
        foreach (var (place, one) in wanted.Users.Index())
        {
            _results[place] = Find(one, known, change.Now)
                ?? (known.FindElsewhere(one.User!) is { } person
                    ? Invite(person, one.User!.Email, account!, known.FindInvitation(person), mail, change)
                    : Create(one.User!, account, change));
        }

        return new Outcome($"{wanted.Account}", Existed: false);
    }

    /// <summary>Tells what became of them when the same call took effect before.</summary>
    public async Task LookAsync(EntitlementDbContext db, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var known = await KnownPeople.LoadAsync(db, wanted, cancellationToken);
        foreach (var (place, one) in wanted.Users.Index())
        {
            // Whoever is not there any more was removed since, and is not to come back by a call that is repeated.
            _results[place] = Find(one, known, now) ?? new CreationResult(Refusal: Refusal.NotFound(one.User!.Email));
        }
    }

    /// <returns>Null for somebody who is to be made or invited.</returns>
    private static CreationResult? Find(WantedUser one, KnownPeople known, DateTimeOffset now)
    {
        if (one.User is null)
        {
            return new CreationResult(Refusal: one.Refusal);
        }

        try
        {
            known.RequireFree(one);
        }
        catch (EntitlementException refusal)
        {
            return new CreationResult(Refusal: refusal);
        }

        if (known.FindHere(one.User) is { } id)
        {
            return new CreationResult(User: id, Existed: true);
        }

        return known.FindElsewhere(one.User) is { } person
            && known.FindInvitation(person) is { } invitation && now < invitation.ExpireTime
                ? new CreationResult(Invitation: invitation.Id, Existed: true)
                : null;
    }

    private CreationResult Create(NewUser wantedUser, Account? account, Change change)
    {
        var user = User.Create(wantedUser, wanted.Scope, account?.Id, change.Now);
        change.Db.Add(user);
        change.Db.Add(EmailEntry.For(user));
        if (ExternalRefEntry.For(user) is { } reference)
        {
            change.Db.Add(reference);
        }

        if (account is not null)
        {
            change.Db.Add(Membership.Begin(account.Id, user.Id, change.Now));
        }

        change.Audit(account?.Id, "user.create", $"{user.Name}");
        change.Touch(AccessThing.Principal, user.Id);
        change.Send(
            new Recipient(user.Id, wantedUser.Email, user.DisplayName),
            MessageContent.Welcome(account?.DisplayName ?? "", account?.CustomerNumber, user.PhoneNumber));
        return new CreationResult(User: user.Id);
    }

    /// <summary>The record names the invitation alone: the account is not to learn who the person is.</summary>
    private static CreationResult Invite(
        Guid person, string email, Account account, Invitation? expired, InvitationMail mail, Change change)
    {
        if (expired is not null)
        {
            change.Db.Remove(expired);
        }

        var invitation = Invitation.Send(account.Id, person, email, change.Now);
        change.Db.Add(invitation);
        change.Audit(account.Id, "invitation.send", $"{invitation.Name}");
        mail.Send(change, invitation, MessageContent.Invitation(account.DisplayName, account.CustomerNumber, invitation));
        return new CreationResult(Invitation: invitation.Id);
    }

    private async Task<Account?> FindAccountAsync(EntitlementDbContext db, CancellationToken cancellationToken) =>
        wanted.Account is { } name
            ? await db.Accounts.AsNoTracking().SingleOrDefaultAsync(row => row.Id == name.AccountId, cancellationToken)
                ?? throw Refusal.NotFound($"{name}")
            : null;
}
