using Entitlement.Domain.Names;
using Entitlement.Server.Access;
using Entitlement.Server.Idempotency;
using Entitlement.Server.Paging;
using Entitlement.Server.Roles;
using Entitlement.Server.SignIn;
using Entitlement.Storage;
using Entitlement.V1;
using Grpc.Core;
using Microsoft.Extensions.Options;

namespace Entitlement.Server.Users;

internal sealed partial class UserService(
    EntitlementDbContext db,
    UserReader reader,
    InvitationReader invitations,
    UserExport export,
    CallerReader callers,
    OnceWriter writer,
    AccessDecider access,
    RoleGiver giver,
    IOptions<OpenIdConnectOptions> openIdConnect)
    : V1.UserService.UserServiceBase
{
    public override async Task<CreateUsersResponse> CreateUsers(CreateUsersRequest request, ServerCallContext context)
    {
        var creation = new UserCreation(WantedUsers.Parse(request));
        var outcome = await writer.RunAsync(context, request, request.RequestId, creation.RunAsync);
        return new CreateUsersResponse
        {
            Results = { await reader.TellAsync(creation, outcome.Existed, context.CancellationToken) },
            ConsistencyToken = outcome.ConsistencyToken,
        };
    }

    public override async Task<GetUserResponse> GetUser(GetUserRequest request, ServerCallContext context) =>
        new() { User = await LoadAsync(UserName.Parse(request.Name, "name"), context) };

    public override async Task<ListMembersResponse> ListMembers(ListMembersRequest request, ServerCallContext context)
    {
        AccountName? account = request.Parent.Length == 0 ? null : AccountName.Parse(request.Parent, "parent");
        var page = PageRequest.Parse(request.PageSize, request.PageToken, $"{request.Parent}/members");
        var (members, next) = await reader.ListMembersAsync(account, page, context.CancellationToken);
        return new ListMembersResponse { Members = { members }, NextPageToken = next };
    }

    public override async Task<UpdateUserResponse> UpdateUser(UpdateUserRequest request, ServerCallContext context)
    {
        var update = UserUpdate.Parse(request);
        var administeredBy = await Administration.FindAsync(db, update.Name, context.CancellationToken);
        var caller = context.GetCaller();

        // What belongs to the person alone needs no more than to be that person; for the rest, being it is not enough.
        if (caller.Actor != $"{update.Name}" || !update.IsOfOwn)
        {
            await access.RequireAsync(caller, Permission.UserUpdate, administeredBy.Resource, context.CancellationToken);
        }

        var outcome = await writer.RunAsync(
            context, request, request.RequestId, (change, token) => update.RunAsync(change, administeredBy, token));
        return new UpdateUserResponse
        {
            User = await LoadAsync(update.Name, context),
            ConsistencyToken = outcome.ConsistencyToken,
        };
    }

    public override async Task<RemoveMemberResponse> RemoveMember(RemoveMemberRequest request, ServerCallContext context)
    {
        var outcome = await writer.RunAsync(context, request, request.RequestId, MemberRemoval.Parse(request, context.GetCaller()).RunAsync);
        return new RemoveMemberResponse { ConsistencyToken = outcome.ConsistencyToken };
    }

    public override async Task ExportUser(
        ExportUserRequest request, IServerStreamWriter<ExportUserResponse> responseStream, ServerCallContext context)
    {
        var name = UserName.Parse(request.Name, "name");
        if (context.GetCaller().Actor != request.Name)
        {
            await access.RequireAsync(context.GetCaller(), Permission.UserErase, request.Name, context.CancellationToken);
        }

        await foreach (var json in export.ListAsync(name, context.CancellationToken))
        {
            await responseStream.WriteAsync(new ExportUserResponse { Json = json }, context.CancellationToken);
        }
    }

    public override async Task<EraseUserResponse> EraseUser(EraseUserRequest request, ServerCallContext context)
    {
        var erasure = UserErasure.Parse(request);
        var outcome = await writer.RunAsync(context, request, request.RequestId, erasure.RunAsync);
        return new EraseUserResponse
        {
            User = await LoadAsync(erasure.Name, context),
            ConsistencyToken = outcome.ConsistencyToken,
        };
    }

    public override async Task<GetCallerResponse> GetCaller(GetCallerRequest request, ServerCallContext context) =>
        new() { Caller = await callers.GetAsync(context.GetCaller(), context.CancellationToken) };

    private Task<User> LoadAsync(UserName name, ServerCallContext context) =>
        reader.GetAsync(name, context.GetCaller(), context.CancellationToken);
}
