using Entitlement.Domain.Errors;
using Entitlement.Server.Access.Cache;
using Entitlement.V1;
using Grpc.Core;

namespace Entitlement.Server.Access.Answers;

internal sealed class AccessService(
    Inquiry inquiry,
    Explainer explainer,
    AllowedPrincipals principals,
    AccessDryRun dryRun,
    AccessWatch watch,
    CacheKeeper cache,
    TimeProvider clock) : V1.AccessService.AccessServiceBase
{
    private const int MaxChecks = 1_000;

    public override async Task<CheckPermissionResponse> CheckPermission(
        CheckPermissionRequest request, ServerCallContext context)
    {
        var check = request.Check ?? throw Refusal.InvalidArgument("check", "is required");
        var permission = check.Permission.ToDomain("check.permission");
        var answer = await inquiry.CheckAsync(
            context, request.Principal, [new AskedResource("check.resource", check.Resource)], [permission], request.Consistency);
        return new CheckPermissionResponse
        {
            Allowed = answer.Value[0],
            ConsistencyToken = ConsistencyToken.Of(answer.Version),
        };
    }

    public override async Task<BatchCheckPermissionsResponse> BatchCheckPermissions(
        BatchCheckPermissionsRequest request, ServerCallContext context)
    {
        if (request.Checks.Count is 0 or > MaxChecks)
        {
            throw Refusal.InvalidArgument("checks", $"must be 1 to {MaxChecks}");
        }

        var answer = await inquiry.CheckAsync(
            context,
            request.Principal,
            [.. request.Checks.Select((check, i) => new AskedResource($"checks[{i}].resource", check.Resource))],
            [.. request.Checks.Select((check, i) => check.Permission.ToDomain($"checks[{i}].permission"))],
            request.Consistency);
        return new BatchCheckPermissionsResponse
        {
            Allowed = { answer.Value },
            ConsistencyToken = ConsistencyToken.Of(answer.Version),
        };
    }

    public override async Task<ListPermissionsResponse> ListPermissions(
        ListPermissionsRequest request, ServerCallContext context)
    {
        var answer = await inquiry.AskAsync(
            context, request.Principal, [new AskedResource("resource", request.Resource)], request.Consistency);
        var now = clock.GetUtcNow();
        var roles = answer.Views(0).SelectMany(one => one.View.RolesOn(one.Target, now)).Distinct().ToList();
        var assignable = answer.Views(0)
            .Where(one => one.View.Decide(Domain.Access.Permission.AccessManage, one.Target, now).IsAllowed)
            .SelectMany(one => one.View.AssignableOn(one.Target, now))
            .Select(role => role.Id)
            .Distinct();
        return new ListPermissionsResponse
        {
            Permissions = { answer.PermissionsOn(0, now).ToList().Select(permission => permission.ToMessage()) },
            Roles = { await explainer.TellAsync(answer, roles, context.CancellationToken) },
            AssignableRoles = { assignable.Select(role => $"roles/{role}") },
            ConsistencyToken = answer.Token,
        };
    }

    public override async Task<ExplainPermissionResponse> ExplainPermission(
        ExplainPermissionRequest request, ServerCallContext context)
    {
        var check = request.Check ?? throw Refusal.InvalidArgument("check", "is required");
        var permission = check.Permission.ToDomain("check.permission");
        var answer = await inquiry.AskAsync(
            context, request.Principal, [new AskedResource("check.resource", check.Resource)], request.Consistency);
        return new ExplainPermissionResponse
        {
            Explanation = await explainer.ExplainAsync(
                answer, permission, clock.GetUtcNow(), context.CancellationToken),
            ConsistencyToken = answer.Token,
        };
    }

    public override Task<ListPrincipalsResponse> ListPrincipals(
        ListPrincipalsRequest request, ServerCallContext context) =>
        principals.ListAsync(request, clock.GetUtcNow(), context.CancellationToken);

    public override Task<DryRunAccessChangeResponse> DryRunAccessChange(
        DryRunAccessChangeRequest request, ServerCallContext context) =>
        dryRun.TryAsync(
            context.GetCaller(),
            request.Draft ?? throw Refusal.InvalidArgument("draft", "is required"),
            clock.GetUtcNow(),
            context.CancellationToken);

    public override Task WatchAccess(
        WatchAccessRequest request,
        IServerStreamWriter<WatchAccessResponse> responseStream,
        ServerCallContext context) =>
        watch.RunAsync(context.GetCaller(), request.After, responseStream, context.CancellationToken);

    public override Task<AwaitAccessChangeResponse> AwaitAccessChange(
        AwaitAccessChangeRequest request, ServerCallContext context) =>
        cache.AwaitAsync(request, context.GetCaller().Freshness, context.CancellationToken);

    public override Task<GetAccessCacheResponse> GetAccessCache(
        GetAccessCacheRequest request, ServerCallContext context) => Task.FromResult(cache.Tell());

    public override Task<DropAccessCacheResponse> DropAccessCache(
        DropAccessCacheRequest request, ServerCallContext context) => cache.DropAsync(context);
}
