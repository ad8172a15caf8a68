using Entitlement.Domain.Errors;
using Entitlement.Domain.Names;
using Entitlement.Server.Access;
using Entitlement.Server.Idempotency;
using Entitlement.Server.Paging;
using Entitlement.Storage;
using Entitlement.V1;
using Grpc.Core;
using Microsoft.EntityFrameworkCore;
using Permission = Entitlement.V1.Permission;

namespace Entitlement.Server.Accounts;

internal sealed class AccountService(EntitlementDbContext db, OnceWriter writer, AccessDecider access)
    : V1.AccountService.AccountServiceBase
{
    public override async Task<CreateAccountResponse> CreateAccount(CreateAccountRequest request, ServerCallContext context)
    {
        var opening = AccountOpening.Parse(request);
        var outcome = await writer.RunAsync(context, request, request.RequestId, opening.RunAsync);
        return new CreateAccountResponse { Account = await LoadAsync(outcome, context), Existed = outcome.Existed };
    }

    public override async Task<GetAccountResponse> GetAccount(GetAccountRequest request, ServerCallContext context)
    {
        var name = AccountName.Parse(request.Name, "name");
        return new GetAccountResponse { Account = await LoadAsync(name, context) };
    }

    public override async Task<ListAccountsResponse> ListAccounts(ListAccountsRequest request, ServerCallContext context)
    {
        var parent = request.Parent.Length == 0 ? (Guid?)null : AccountName.Parse(request.Parent, "parent").AccountId;
        var number = Text.CustomerNumber(request.CustomerNumber, "customer_number");
        var page = PageRequest.Parse(request.PageSize, request.PageToken, $"accounts?{parent}&{number}");
        var reach = await access.ReachAsync(context.GetCaller(), Permission.AccountRead, context.CancellationToken);
        var rows = await db.ReachedAccounts(reach)
            .Where(account => parent == null || account.ParentId == parent)
            .Where(account => number == null || account.CustomerNumber == number)
            .Where(account => account.Id > page.After)
            .OrderBy(account => account.Id)
            .Take(page.Probe)
            .ToListAsync(context.CancellationToken);
        var (accounts, next) = page.Cut(rows, account => account.Id);
        return new ListAccountsResponse { Accounts = { accounts.Select(account => account.ToMessage()) }, NextPageToken = next };
    }

    public override async Task<UpdateAccountResponse> UpdateAccount(UpdateAccountRequest request, ServerCallContext context)
    {
        var update = AccountUpdate.Parse(request);
        if (update.ChangesPolicy)
        {
            await access.RequireAsync(context.GetCaller(), Permission.AccountSetPolicy, request.Name, context.CancellationToken);
        }

        var outcome = await writer.RunAsync(context, request, request.RequestId, update.RunAsync);
        return new UpdateAccountResponse
        {
            Account = await LoadAsync(outcome, context),
            ConsistencyToken = outcome.ConsistencyToken,
        };
    }

    public override async Task<MoveAccountResponse> MoveAccount(MoveAccountRequest request, ServerCallContext context)
    {
        var move = AccountMove.Parse(request);
        await access.RequireAsync(context.GetCaller(), Permission.AccountCreate, request.Parent, context.CancellationToken);
        var outcome = await writer.RunAsync(context, request, request.RequestId, move.RunAsync);
        return new MoveAccountResponse
        {
            Account = await LoadAsync(outcome, context),
            ConsistencyToken = outcome.ConsistencyToken,
        };
    }

    private Task<V1.Account> LoadAsync(Outcome outcome, ServerCallContext context) =>
        LoadAsync(AccountName.Parse(outcome.Resource, "name"), context);

    private async Task<V1.Account> LoadAsync(AccountName name, ServerCallContext context)
    {
        var account = await db.Accounts.SingleOrDefaultAsync(account => account.Id == name.AccountId, context.CancellationToken)
            ?? throw Refusal.NotFound($"{name}");
        return account.ToMessage();
    }
}
