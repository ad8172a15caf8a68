using Entitlement.Domain.Accounts;
using Entitlement.Domain.Errors;
using Entitlement.Domain.Names;
using Entitlement.Server.Idempotency;
using Entitlement.Storage;
using Entitlement.Storage.Directories;
using Microsoft.EntityFrameworkCore;

namespace Entitlement.Server.Accounts;

/// <summary>An account that is to be opened.</summary>
/// <param name="Wanted">What it should be.</param>
internal sealed record AccountOpening(NewAccount Wanted)
{
    /// <exception cref="EntitlementException">The request breaks a rule that needs nothing else to be told.</exception>
    public static AccountOpening Parse(V1.CreateAccountRequest request)
    {
        var account = request.Account ?? throw Refusal.InvalidArgument("account", "is required");
        return new AccountOpening(new NewAccount
        {
            DisplayName = account.DisplayName,
            ParentId = request.Parent.Length == 0 ? null : AccountName.Parse(request.Parent, "parent").AccountId,
            CustomerNumber = account.CustomerNumber,
            ExternalRef = account.ExternalRef,
            Contact = account.Contact.ToDomain(),
            Policy = account.Policy.ToDomain("account.policy"),
        });
    }

    /// <exception cref="EntitlementException">It can't be opened.</exception>
    public async Task<Outcome> RunAsync(Change change, CancellationToken cancellationToken)
    {
        var account = Account.Open(Wanted, change.Now);
        if (await FindAsync(change.Db, account, cancellationToken) is { } existing)
        {
            return new Outcome($"{existing}", Existed: true);
        }

        // Whoever takes the number between this look and the commit is stopped by its key, and found here then.
        if (account.CustomerNumber is { } number
            && await change.Db.CustomerNumberEntries.AnyAsync(entry => entry.CustomerNumber == number, cancellationToken))
        {
            throw Refusal.CustomerNumberTaken(number);
        }

        await change.Db.AddAccountAsync(account, cancellationToken);
        change.Audit(account.Id, "account.create", $"{account.Name}");
        return new Outcome($"{account.Name}", Existed: false);
    }

    /// <returns>Null when no account has the reference.</returns>
    /// <exception cref="EntitlementException">One elsewhere has it, which the caller may know nothing of.</exception>
    private static async Task<AccountName?> FindAsync(
        EntitlementDbContext db, Account account, CancellationToken cancellationToken)
    {
        if (ExternalRefEntry.For(account) is not { } reference)
        {
            return null;
        }

        var existing = await db.ExternalRefEntries
            .Where(entry => entry.Kind == reference.Kind && entry.Value == reference.Value)
            .Join(db.Accounts, entry => entry.AccountId, other => other.Id, (_, other) => new { other.Id, other.ParentId })
            .SingleOrDefaultAsync(cancellationToken);
        return existing switch
        {
            null => null,
            _ when existing.ParentId == account.ParentId => new AccountName(existing.Id),
            _ => throw Refusal.ExternalRefTaken(reference.Value),
        };
    }
}
