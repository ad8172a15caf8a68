using Entitlement.Domain.Access;
using Entitlement.Domain.Errors;
using Entitlement.Domain.Names;
using Entitlement.Server.Access;
using Entitlement.Server.Idempotency;
using Entitlement.Server.Paging;
using Entitlement.Storage;
using Entitlement.Storage.Access;
using Entitlement.V1;
using Grpc.Core;
using Microsoft.EntityFrameworkCore;
using ServiceAccount = Entitlement.Domain.Access.ServiceAccount;

namespace Entitlement.Server.ServiceAccounts;

internal sealed partial class ServiceAccountService(EntitlementDbContext db, OnceWriter writer, KeyGuard guard)
    : V1.ServiceAccountService.ServiceAccountServiceBase
{
    public override async Task<CreateServiceAccountResponse> CreateServiceAccount(
        CreateServiceAccountRequest request, ServerCallContext context)
    {
        var wanted = request.ServiceAccount ?? throw Refusal.InvalidArgument("service_account", "is required");
        var parent = ParseParent(request.Parent);
        var outcome = await writer.RunAsync(context, request, request.RequestId, async (change, token) =>
        {
            await RequireAccountAsync(change.Db, parent, token);
            var account = ServiceAccount.Create(parent, wanted.DisplayName, change.Now);
            change.Db.Add(account);
            change.Audit(parent, "service_account.create", $"{account.Name}");
            return new Outcome($"{account.Name}", Existed: false);
        });
        return new CreateServiceAccountResponse
        {
            ServiceAccount = await LoadAsync(ServiceAccountName.Parse(outcome.Resource, "name"), context.CancellationToken),
            Existed = outcome.Existed,
        };
    }

    public override async Task<GetServiceAccountResponse> GetServiceAccount(
        GetServiceAccountRequest request, ServerCallContext context) => new()
        {
            ServiceAccount = await LoadAsync(ServiceAccountName.Parse(request.Name, "name"), context.CancellationToken),
        };

    public override async Task<ListServiceAccountsResponse> ListServiceAccounts(
        ListServiceAccountsRequest request, ServerCallContext context)
    {
        var parent = ParseParent(request.Parent);
        var page = PageRequest.Parse(request.PageSize, request.PageToken, $"{request.Parent}/serviceAccounts");
        await RequireAccountAsync(db, parent, context.CancellationToken);
        var rows = await db.ServiceAccounts
            .Where(account => account.AccountId == parent && account.Id > page.After)
            .OrderBy(account => account.Id)
            .Take(page.Probe)
            .ToListAsync(context.CancellationToken);
        var (accounts, next) = page.Cut(rows, account => account.Id);
        return new ListServiceAccountsResponse
        {
            ServiceAccounts = { accounts.Select(account => account.ToMessage()) },
            NextPageToken = next,
        };
    }

    public override async Task<DisableServiceAccountResponse> DisableServiceAccount(
        DisableServiceAccountRequest request, ServerCallContext context)
    {
        var name = ServiceAccountName.Parse(request.Name, "name");
        var outcome = await writer.RunAsync(
            context, request, request.RequestId, (change, token) => SwitchAsync(change, name, isEnabled: false, token));
        return new DisableServiceAccountResponse
        {
            ServiceAccount = await LoadAsync(name, context.CancellationToken),
            ConsistencyToken = outcome.ConsistencyToken,
        };
    }

    public override async Task<EnableServiceAccountResponse> EnableServiceAccount(
        EnableServiceAccountRequest request, ServerCallContext context)
    {
        var name = ServiceAccountName.Parse(request.Name, "name");
        var outcome = await writer.RunAsync(
            context, request, request.RequestId, (change, token) => SwitchAsync(change, name, isEnabled: true, token));
        return new EnableServiceAccountResponse
        {
            ServiceAccount = await LoadAsync(name, context.CancellationToken),
            ConsistencyToken = outcome.ConsistencyToken,
        };
    }

    public override async Task<DeleteServiceAccountResponse> DeleteServiceAccount(
        DeleteServiceAccountRequest request, ServerCallContext context)
    {
        var name = ServiceAccountName.Parse(request.Name, "name");
        var outcome = await writer.RunAsync(context, request, request.RequestId, async (change, token) =>
        {
            var account = await FindAsync(change.Db, name, token);
            var supervised = await change.Db.ListSupervisedAsync(account.Id, token);
            await TakeAllAsync(change, account.Id, token);
            change.Db.Remove(account);
            change.Audit(name.AccountId, "service_account.delete", $"{name}");
            change.Touch(AccessThing.Principal, account.Id);
            await change.NoteSupervisionAsync(supervised, token);
            return new Outcome($"{name}", Existed: false);
        });
        return new DeleteServiceAccountResponse { ConsistencyToken = outcome.ConsistencyToken };
    }

    private static Guid? ParseParent(string parent) =>
        parent.Length == 0 ? null : AccountName.Parse(parent, "parent").AccountId;

    private static async Task RequireAccountAsync(EntitlementDbContext db, Guid? account, CancellationToken cancellationToken)
    {
        if (account is { } id && !await db.Accounts.AnyAsync(one => one.Id == id, cancellationToken))
        {
            throw Refusal.NotFound($"{new AccountName(id)}");
        }
    }

    private static async Task<Outcome> SwitchAsync(
        Change change, ServiceAccountName name, bool isEnabled, CancellationToken cancellationToken)
    {
        var account = await FindAsync(change.Db, name, cancellationToken);
        if (account.IsEnabled != isEnabled)
        {
            account.Switch(isEnabled);
            change.Audit(name.AccountId, isEnabled ? "service_account.enable" : "service_account.disable", $"{name}");
            change.Touch(AccessThing.Principal, account.Id);
            await change.NoteSupervisionAsync(await change.Db.ListSupervisedAsync(account.Id, cancellationToken), cancellationToken);
        }

        return new Outcome($"{name}", Existed: false);
    }

    /// <summary>What it holds goes with it. Its keys go with its row.</summary>
    private static async Task TakeAllAsync(Change change, Guid account, CancellationToken cancellationToken)
    {
        var roles = await change.Db.RoleAssignments
            .Where(one => one.SubjectKind == PrincipalKind.ServiceAccount && one.SubjectId == account)
            .ToListAsync(cancellationToken);
        foreach (var role in roles)
        {
            change.Db.Remove(role);
            change.Touch(role);
        }

        change.Db.RemoveRange(await change.Db.GroupMembers
            .Where(one => one.PrincipalKind == PrincipalKind.ServiceAccount && one.PrincipalId == account)
            .ToListAsync(cancellationToken));
    }

    /// <summary>By its whole name: what may be done in one account must not reach another's.</summary>
    private static async Task<ServiceAccount> FindAsync(
        EntitlementDbContext db, ServiceAccountName name, CancellationToken cancellationToken) =>
        await db.ServiceAccounts.SingleOrDefaultAsync(
            account => account.Id == name.ServiceAccountId && account.AccountId == name.AccountId, cancellationToken)
        ?? throw Refusal.NotFound($"{name}");

    private async Task<V1.ServiceAccount> LoadAsync(ServiceAccountName name, CancellationToken cancellationToken) =>
        (await FindAsync(db, name, cancellationToken)).ToMessage();
}
