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

/// <summary>A person who is to be changed.</summary>
/// <param name="Name">The person.</param>
/// <param name="Wanted">The new values.</param>
/// <param name="Fields">Which of them count; at least one.</param>
internal sealed record UserUpdate(UserName Name, V1.User Wanted, IReadOnlyCollection<string> Fields)
{
    private const string DisplayName = "display_name";
    private const string Email = "email";
    private const string PhoneNumber = "phone_number";
    private const string IsEnabled = "is_enabled";
    private const string PrimaryAccount = "primary_account";

    /// <summary>What a person changes without anybody's leave.</summary>
    private static readonly string[] OwnFields = [DisplayName, PhoneNumber, PrimaryAccount];

    private static readonly string[] AllFields = [DisplayName, Email, PhoneNumber, IsEnabled, PrimaryAccount];

    /// <summary>The change needs no more than to be the person.</summary>
    public bool IsOfOwn => Fields.All(OwnFields.Contains);

    /// <exception cref="EntitlementException">The request breaks a rule that needs no person to be told.</exception>
    public static UserUpdate Parse(V1.UpdateUserRequest request)
    {
        var fields = request.UpdateMask?.Paths ?? throw Refusal.InvalidArgument("update_mask", "is required");
        if (fields.Contains("scope"))
        {
            throw Refusal.InvalidArgument("update_mask", "must not name scope, which is set once, when the user is made");
        }

        if (fields.Count == 0 || fields.Except(AllFields, StringComparer.Ordinal).Any())
        {
            throw Refusal.InvalidArgument("update_mask", $"must name at least one of {string.Join(", ", AllFields)}, and nothing else");
        }

        return new UserUpdate(
            UserName.Parse(request.Name, "name"),
            request.User ?? throw Refusal.InvalidArgument("user", "is required"),
            [.. fields.Distinct(StringComparer.Ordinal)]);
    }

    /// <param name="change">The change.</param>
    /// <param name="administeredBy">By whom the person was found to be administered as the caller was judged.</param>
    /// <param name="cancellationToken">Stops before the next statement.</param>
    /// <exception cref="EntitlementException">There is no such person, or the change is refused.</exception>
    public async Task<Outcome> RunAsync(Change change, Administration administeredBy, CancellationToken cancellationToken)
    {
        // First, because a membership that begins or a switch that is turned meanwhile would change who may do this.
        await change.Db.LockAccessAsync(cancellationToken);
        var user = await change.Db.Users.SingleOrDefaultAsync(
            user => user.Id == Name.UserId && user.EraseTime == null, cancellationToken) ?? throw Refusal.NotFound($"{Name}");
        if (await Administration.FindAsync(change.Db, Name, cancellationToken) != administeredBy)
        {
            throw Refusal.ConcurrentChange();
        }

        var administered = await change.Db.AdministersAsync(user.Id, change.Now, cancellationToken);
        var changed = new List<string>();
        foreach (var field in Fields)
        {
            if (await ApplyAsync(field, user, change, cancellationToken))
            {
                changed.Add(field);
            }
        }

        if (changed.Count == 0)
        {
            change.Db.Entry(user).State = EntityState.Unchanged;
            return new Outcome($"{Name}", Existed: true);
        }

        change.Audit(
            administeredBy.AccountId,
            "user.update",
            $"{Name}",
            JsonSerializer.Serialize(new UserUpdated(changed), UserJson.Default.UserUpdated));
        if (changed.Contains(IsEnabled))
        {
            await change.NoteSupervisionAsync(await change.Db.ListSupervisedAsync(user.Id, cancellationToken), cancellationToken);
        }

        if (administered && !user.IsEnabled)
        {
            await change.RequireAdministratorsAsync([user.Id], cancellationToken);
        }

        return new Outcome($"{Name}", Existed: false);
    }

    /// <returns>Whether it was another value.</returns>
    private async Task<bool> ApplyAsync(string field, User user, Change change, CancellationToken cancellationToken)
    {
        var before = (user.DisplayName, user.Email, user.PhoneNumber, user.IsEnabled, user.PrimaryAccountId);
        switch (field)
        {
            case DisplayName:
                user.Rename(Wanted.DisplayName);
                break;
            case Email:
                await ChangeEmailAsync(user, change, cancellationToken);
                break;
            case PhoneNumber:
                user.ChangePhoneNumber(Wanted.PhoneNumber);
                break;
            case IsEnabled:
                Switch(user);
                break;
            case PrimaryAccount:
                await MakePrimaryAsync(user, change.Db, cancellationToken);
                break;
        }

        if (before.IsEnabled != user.IsEnabled || before.PrimaryAccountId != user.PrimaryAccountId)
        {
            change.Touch(AccessThing.Principal, user.Id);
        }

        return before != (user.DisplayName, user.Email, user.PhoneNumber, user.IsEnabled, user.PrimaryAccountId);
    }

    private void Switch(User user)
    {
        if (Wanted.IsEnabled)
        {
            user.Enable();
        }
        else
        {
            user.Disable();
        }
    }

    private async Task ChangeEmailAsync(User user, Change change, CancellationToken cancellationToken)
    {
        var (db, before) = (change.Db, user.Email);
        user.ChangeEmail(Wanted.Email);
        if (user.Email == before)
        {
            return;
        }

        // Whoever takes the address between this look and the commit is stopped by its key, and found here then.
        if (await db.EmailEntries.AnyAsync(entry => entry.Email == user.Email, cancellationToken))
        {
            throw Refusal.EmailTaken("user.email");
        }

        db.EmailEntries.RemoveRange(await db.EmailEntries.Where(entry => entry.Email == before).ToListAsync(cancellationToken));
        db.EmailEntries.Add(EmailEntry.For(user));
        await db.EndPasswordLinksAsync(user.Id, change.Now, cancellationToken);
    }

    private async Task MakePrimaryAsync(User user, EntitlementDbContext db, CancellationToken cancellationToken)
    {
        const string field = "user.primary_account";
        var account = AccountName.Parse(Wanted.PrimaryAccount, field).AccountId;
        if (!await db.Memberships.AnyAsync(row => row.AccountId == account && row.UserId == user.Id, cancellationToken))
        {
            throw Refusal.InvalidArgument(field, "must be an account of which the person is a member");
        }

        user.MakePrimary(account);
    }
}
