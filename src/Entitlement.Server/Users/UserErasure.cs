using System.Text.Json;
using Entitlement.Domain.Errors;
using Entitlement.Domain.Names;
using Entitlement.Domain.People;
using Entitlement.Server.Access;
using Entitlement.Server.Idempotency;
using Entitlement.Storage;
using Entitlement.Storage.Access;
using Entitlement.Storage.Directories;
using Microsoft.EntityFrameworkCore;

namespace Entitlement.Server.Users;

/// <summary>A person whose data are to be erased, and why.</summary>
internal sealed record UserErasure(UserName Name, string Reason)
{
    /// <exception cref="EntitlementException">The request breaks a rule that needs no person to be told.</exception>
    public static UserErasure Parse(V1.EraseUserRequest request) => new(
        UserName.Parse(request.Name, "name"), Text.Require(request.Reason, "reason", 1, Text.MaxReasonLength));

    /// <exception cref="EntitlementException">There is no such person, or it can't go.</exception>
    public async Task<Outcome> RunAsync(Change change, CancellationToken cancellationToken)
    {
        var db = change.Db;
        await db.LockAccessAsync(cancellationToken);
        var person = await db.Users.SingleOrDefaultAsync(user => user.Id == Name.UserId, cancellationToken)
            ?? throw Refusal.NotFound($"{Name}");
        if (person.EraseTime is not null)
        {
            return new Outcome($"{Name}", Existed: true);
        }

        var reasons = new ReasonsAbout(person);
        if (reasons.Name(Reason))
        {
            throw Refusal.InvalidArgument("reason", "must not hold the person's name or address, which are to be erased");
        }

        var administered = await db.AdministersAsync(person.Id, change.Now, cancellationToken);
        var belongings = await Belongings.OfAsync(db, person.Id, cancellationToken);
        var supervised = await db.ListSupervisedAsync(person.Id, cancellationToken);
        belongings.RemoveFrom(change);
        var accounts = await RemoveEntriesAsync(db, person, cancellationToken);
        var erased = await reasons.EraseAsync(db, cancellationToken);
        await db.EraseMessagesAsync(person.Id, cancellationToken);
        await db.EraseSignInAsync(person.Id, cancellationToken);
        person.Erase(change.Now);
        change.Touch(AccessThing.Principal, person.Id);
        change.Audit(
            account: null,
            "user.erase",
            $"{Name}",
            JsonSerializer.Serialize(
                new UserErased(accounts, belongings.RolesTaken(), belongings.GroupsLeft(), erased),
                UserJson.Default.UserErased),
            Reason);
        await change.NoteSupervisionAsync(supervised, cancellationToken);
        if (administered)
        {
            await change.RequireAdministratorsAsync([person.Id], cancellationToken);
        }

        return new Outcome($"{Name}", Existed: false);
    }

    /// <summary>Memberships, invitations and what leads to the person.</summary>
    /// <returns>The names of the accounts.</returns>
    private static async Task<IReadOnlyList<string>> RemoveEntriesAsync(
        EntitlementDbContext db, User person, CancellationToken cancellationToken)
    {
        var memberships = await db.Memberships.Where(row => row.UserId == person.Id).ToListAsync(cancellationToken);
        db.RemoveRange(memberships);
        db.RemoveRange(await db.Invitations.Where(row => row.UserId == person.Id).ToListAsync(cancellationToken));
        db.RemoveRange(await db.EmailEntries.Where(entry => entry.Email == person.Email).ToListAsync(cancellationToken));
        db.RemoveRange(await db.ExternalRefEntries
            .Where(entry => entry.Kind == ExternalRefKind.User && entry.Value == person.ExternalRef)
            .ToListAsync(cancellationToken));
        return [.. memberships.Select(row => $"{new AccountName(row.AccountId)}")];
    }
}
