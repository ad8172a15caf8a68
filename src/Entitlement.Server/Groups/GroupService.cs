using Entitlement.Domain.Errors;
using Entitlement.Domain.Names;
using Entitlement.Server.Access;
using Entitlement.Server.Idempotency;
using Entitlement.Server.Paging;
using Entitlement.V1;
using Grpc.Core;

namespace Entitlement.Server.Groups;

internal sealed class GroupService(GroupReader reader, OnceWriter writer) : V1.GroupService.GroupServiceBase
{
    public override async Task<CreateGroupResponse> CreateGroup(CreateGroupRequest request, ServerCallContext context)
    {
        var account = ParseParent(request.Parent);
        var wanted = request.Group ?? throw Refusal.InvalidArgument("group", "is required");
        var outcome = await writer.RunAsync(
            context, request, request.RequestId,
            (change, token) => GroupChange.CreateAsync(account, wanted.DisplayName, change, token));
        return new CreateGroupResponse
        {
            Group = await reader.GetAsync(GroupName.Parse(outcome.Resource, "name"), context.CancellationToken),
            Existed = outcome.Existed,
        };
    }

    public override async Task<GetGroupResponse> GetGroup(GetGroupRequest request, ServerCallContext context) =>
        new() { Group = await reader.GetAsync(GroupName.Parse(request.Name, "name"), context.CancellationToken) };

    public override async Task<ListGroupsResponse> ListGroups(ListGroupsRequest request, ServerCallContext context)
    {
        var page = PageRequest.Parse(request.PageSize, request.PageToken, $"{request.Parent}/groups");
        var (groups, next) = await reader.ListAsync(ParseParent(request.Parent), page, context.CancellationToken);
        return new ListGroupsResponse { Groups = { groups }, NextPageToken = next };
    }

    public override async Task<UpdateGroupResponse> UpdateGroup(UpdateGroupRequest request, ServerCallContext context)
    {
        var name = GroupName.Parse(request.Name, "name");
        var wanted = request.Group ?? throw Refusal.InvalidArgument("group", "is required");
        if (request.UpdateMask?.Paths is not ["display_name"])
        {
            throw Refusal.InvalidArgument("update_mask", "must name display_name, and nothing else");
        }

        await writer.RunAsync(
            context, request, request.RequestId,
            (change, token) => GroupChange.RenameAsync(name, wanted.DisplayName, change, token));
        return new UpdateGroupResponse { Group = await reader.GetAsync(name, context.CancellationToken) };
    }

    public override async Task<DeleteGroupResponse> DeleteGroup(DeleteGroupRequest request, ServerCallContext context)
    {
        var name = GroupName.Parse(request.Name, "name");
        var outcome = await writer.RunAsync(
            context, request, request.RequestId,
            (change, token) => GroupChange.DeleteAsync(name, context.GetCaller(), change, token));
        return new DeleteGroupResponse { ConsistencyToken = outcome.ConsistencyToken };
    }

    public override async Task<AddGroupMemberResponse> AddGroupMember(AddGroupMemberRequest request, ServerCallContext context)
    {
        var move = Parse(request.Name, request.Member, context);
        var outcome = await writer.RunAsync(context, request, request.RequestId, move.JoinAsync);
        return new AddGroupMemberResponse
        {
            Member = await reader.GetMemberAsync(move.Name, move.Member, context.CancellationToken),
            Existed = outcome.Existed,
            ConsistencyToken = outcome.ConsistencyToken,
        };
    }

    public override async Task<RemoveGroupMemberResponse> RemoveGroupMember(
        RemoveGroupMemberRequest request, ServerCallContext context)
    {
        var move = Parse(request.Name, request.Member, context);
        var outcome = await writer.RunAsync(context, request, request.RequestId, move.LeaveAsync);
        return new RemoveGroupMemberResponse { ConsistencyToken = outcome.ConsistencyToken };
    }

    public override async Task<ListGroupMembersResponse> ListGroupMembers(
        ListGroupMembersRequest request, ServerCallContext context)
    {
        var page = PageRequest.Parse(request.PageSize, request.PageToken, $"{request.Parent}/members");
        var (members, next) = await reader.ListMembersAsync(
            GroupName.Parse(request.Parent, "parent"), page, context.CancellationToken);
        return new ListGroupMembersResponse { Members = { members }, NextPageToken = next };
    }

    private static AccountName? ParseParent(string parent) =>
        parent.Length == 0 ? null : AccountName.Parse(parent, "parent");

    private static GroupMove Parse(string name, string member, ServerCallContext context) =>
        new(GroupName.Parse(name, "name"), Joiner.Parse(member), context.GetCaller());
}
