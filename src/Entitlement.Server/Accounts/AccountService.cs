using Entitlement.Domain.Errors;
using Entitlement.Domain.Names;
using Entitlement.Server.Idempotency;
using Entitlement.Server.Paging;
using Entitlement.Storage;
using Entitlement.Storage.Directories;
using Entitlement.V1;
using Grpc.Core;
using Microsoft.EntityFrameworkCore;
using NewAccount = Entitlement.Domain.Accounts.NewAccount;
using Account = Entitlement.Domain.Accounts.Account;

namespace Entitlement.Server.Accounts;

internal sealed class AccountService(EntitlementDbContext db, OnceWriter writer) : V1.AccountService.AccountServiceBase
{
    public override async Task<CreateAccountResponse> CreateAccount(CreateAccountRequest request, ServerCallContext context)
    {
        var wanted = request.Account ?? throw Refusal.InvalidArgument("account", "is required");
        var outcome = await writer.RunAsync(
            context, request, request.RequestId, (change, token) => OpenAsync(change, wanted, token));

        var name = AccountName.Parse(outcome.Resource, "name");
        return new CreateAccountResponse
        {
            Account = await LoadAsync(name, context.CancellationToken),
            Existed = outcome.Existed,
        };
    }

    public override async Task<GetAccountResponse> GetAccount(GetAccountRequest request, ServerCallContext context)
    {
        var name = AccountName.Parse(request.Name, "name");
        return new GetAccountResponse { Account = await LoadAsync(name, context.CancellationToken) };
    }

    public override async Task<ListAccountsResponse> ListAccounts(ListAccountsRequest request, ServerCallContext context)
    {
        var page = PageRequest.Parse(request.PageSize, request.PageToken, "accounts");
        var rows = await db.Accounts
            .Where(account => account.Id > page.After)
            .OrderBy(account => account.Id)
            .Take(page.Probe)
            .ToListAsync(context.CancellationToken);
        var (accounts, next) = page.Cut(rows, account => account.Id);
        return new ListAccountsResponse { Accounts = { accounts.Select(account => account.ToMessage()) }, NextPageToken = next };
    }

    private static async Task<Outcome> OpenAsync(Change change, V1.Account wanted, CancellationToken cancellationToken)
    {
        var account = Account.Open(
            new NewAccount { DisplayName = wanted.DisplayName, ExternalRef = wanted.ExternalRef }, change.Now);
        if (ExternalRefEntry.For(account) is { } reference)
        {
            // Whoever takes the reference between this look and the commit is stopped by its key, and found here then.
            var existing = await change.Db.ExternalRefEntries.SingleOrDefaultAsync(
                entry => entry.Kind == reference.Kind && entry.Value == reference.Value, cancellationToken);
            if (existing is not null)
            {
                return new Outcome($"{new AccountName(existing.AccountId)}", Existed: true);
            }
        }

        await change.Db.AddAccountAsync(account, cancellationToken);
        change.Audit(account.Id, "account.create", $"{account.Name}");
        return new Outcome($"{account.Name}", Existed: false);
    }

    private async Task<V1.Account> LoadAsync(AccountName name, CancellationToken cancellationToken)
    {
        var account = await db.Accounts.SingleOrDefaultAsync(account => account.Id == name.AccountId, cancellationToken)
            ?? throw Refusal.NotFound($"{name}");
        return account.ToMessage();
    }
}
