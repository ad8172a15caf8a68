using Entitlement.Domain.Names;
using Entitlement.Server.Access;
using Entitlement.Storage;
using Microsoft.EntityFrameworkCore;

namespace Entitlement.Server.Users;

/// <summary>Tells callers who they are.</summary>
internal sealed class CallerReader(EntitlementDbContext db)
{
    public async Task<V1.CallerView> GetAsync(Caller caller, CancellationToken cancellationToken) => caller switch
    {
        Caller.User user => await GetUserAsync(user.Id, cancellationToken),
        Caller.ServiceAccount account => await GetServiceAccountAsync(account.Id, cancellationToken),
        _ => new V1.CallerView { Name = caller.Actor },
    };

    private async Task<V1.CallerView> GetUserAsync(Guid id, CancellationToken cancellationToken)
    {
        var user = await db.Users.SingleAsync(user => user.Id == id, cancellationToken);
        var accounts = await db.Memberships
            .Where(row => row.UserId == id)
            .Join(db.Accounts, row => row.AccountId, account => account.Id, (_, account) => new { account.Id, account.DisplayName })
            .OrderBy(account => account.Id)
            .ToListAsync(cancellationToken);
        return new V1.CallerView
        {
            Name = $"{user.Name}",
            DisplayName = user.DisplayName,
            Email = user.Email ?? "",
            PrimaryAccount = Messages.NameOf(user.PrimaryAccountId),
            Accounts =
            {
                accounts.Select(account => new V1.CallerAccount
                {
                    Account = $"{new AccountName(account.Id)}",
                    DisplayName = account.DisplayName,
                    IsPrimary = account.Id == user.PrimaryAccountId,
                }),
            },
        };
    }

    private async Task<V1.CallerView> GetServiceAccountAsync(Guid id, CancellationToken cancellationToken)
    {
        var account = await db.ServiceAccounts.SingleAsync(account => account.Id == id, cancellationToken);
        return new V1.CallerView
        {
            Name = $"{account.Name}",
            DisplayName = account.DisplayName,
            PrimaryAccount = Messages.NameOf(account.AccountId),
        };
    }
}
