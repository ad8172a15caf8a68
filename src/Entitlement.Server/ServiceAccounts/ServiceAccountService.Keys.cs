using Entitlement.Domain.Access;
using Entitlement.Domain.Errors;
using Entitlement.Domain.Names;
using Entitlement.Server.Access;
using Entitlement.Server.Idempotency;
using Entitlement.Server.Licenses;
using Entitlement.Server.Paging;
using Entitlement.Storage;
using Entitlement.Storage.Access;
using Entitlement.V1;
using Grpc.Core;
using Microsoft.EntityFrameworkCore;

namespace Entitlement.Server.ServiceAccounts;

/// <content>API keys.</content>
internal sealed partial class ServiceAccountService
{
    public override async Task<CreateApiKeyResponse> CreateApiKey(CreateApiKeyRequest request, ServerCallContext context)
    {
        var owner = ServiceAccountName.Parse(request.Parent, "parent");
        var expireTime = WantedLicense.ReadTime(request.ExpireTime, "expire_time");
        await guard.RequireAsync(context.GetCaller(), owner.ServiceAccountId, context.CancellationToken);
        var secret = SecretToken.NewSecret();
        var outcome = await writer.RunAsync(context, request, request.RequestId, async (change, token) =>
        {
            if (expireTime <= change.Now)
            {
                throw Refusal.InvalidArgument("expire_time", "must be in the future");
            }

            var account = await FindAsync(change.Db, owner, token);
            var key = ServiceAccountKey.Create(account.Id, secret, expireTime, change.Now);
            change.Db.Add(key);
            change.Audit(owner.AccountId, "api_key.create", $"{new ApiKeyName(owner, key.Id)}");
            change.Touch(AccessThing.Principal, account.Id);
            return new Outcome($"{new ApiKeyName(owner, key.Id)}", Existed: false);
        });

        var name = ApiKeyName.Parse(outcome.Resource, "name");
        return new CreateApiKeyResponse
        {
            ApiKey = (await FindAsync(db, name, context.CancellationToken)).ToMessage(owner),
            Secret = outcome.Existed ? "" : SecretToken.Create(TokenKind.ApiKey, name.KeyId, secret).Reveal(),
            Existed = outcome.Existed,
            ConsistencyToken = outcome.ConsistencyToken,
        };
    }

    public override async Task<ListApiKeysResponse> ListApiKeys(ListApiKeysRequest request, ServerCallContext context)
    {
        var owner = ServiceAccountName.Parse(request.Parent, "parent");
        var page = PageRequest.Parse(request.PageSize, request.PageToken, $"{owner}/apiKeys");
        await FindAsync(db, owner, context.CancellationToken);
        var rows = await db.ServiceAccountKeys
            .Where(key => key.ServiceAccountId == owner.ServiceAccountId && key.Id > page.After)
            .OrderBy(key => key.Id)
            .Take(page.Probe)
            .ToListAsync(context.CancellationToken);
        var (keys, next) = page.Cut(rows, key => key.Id);
        return new ListApiKeysResponse { ApiKeys = { keys.Select(key => key.ToMessage(owner)) }, NextPageToken = next };
    }

    public override async Task<RevokeApiKeyResponse> RevokeApiKey(RevokeApiKeyRequest request, ServerCallContext context)
    {
        var name = ApiKeyName.Parse(request.Name, "name");
        var outcome = await writer.RunAsync(context, request, request.RequestId, async (change, token) =>
        {
            var key = await FindAsync(change.Db, name, token);
            if (key.RevokeTime is null)
            {
                key.Revoke(change.Now);
                change.Audit(name.Owner.AccountId, "api_key.revoke", $"{name}");
                change.Touch(AccessThing.Principal, key.ServiceAccountId);
            }

            return new Outcome($"{name}", Existed: false);
        });
        return new RevokeApiKeyResponse
        {
            ApiKey = (await FindAsync(db, name, context.CancellationToken)).ToMessage(name.Owner),
            ConsistencyToken = outcome.ConsistencyToken,
        };
    }

    private static async Task<ServiceAccountKey> FindAsync(
        EntitlementDbContext db, ApiKeyName name, CancellationToken cancellationToken)
    {
        await FindAsync(db, name.Owner, cancellationToken);
        return await db.ServiceAccountKeys.SingleOrDefaultAsync(
                key => key.Id == name.KeyId && key.ServiceAccountId == name.Owner.ServiceAccountId, cancellationToken)
            ?? throw Refusal.NotFound($"{name}");
    }
}
