using System.CommandLine;
using Entitlement.CommandLine.Rpc;
using Entitlement.CommandLine.Users;
using Entitlement.V1;
using Google.Protobuf.Reflection;
using Google.Protobuf.WellKnownTypes;
using Stub = Entitlement.V1.GroupService.GroupServiceClient;

namespace Entitlement.CommandLine.Groups;

/// <summary><c>entitle group …</c></summary>
internal static class GroupCommands
{
    private const string Member = "users/ID, accounts/ID/serviceAccounts/ID or serviceAccounts/ID.";

    public static Command Create() => new("group", "Let people and service accounts hold the same roles")
    {
        CreateGroup(),
        ListGroups(),
        GetGroup(),
        UpdateGroup(),
        DeleteGroup(),
        AddGroupMember(),
        RemoveGroupMember(),
        ListGroupMembers(),
    };

    private static RpcCommand<CreateGroupRequest, CreateGroupResponse> CreateGroup()
    {
        var account = UserCommands.Account("The account to which it belongs: accounts/ID, or the id alone. [default: the system]");
        var displayName = DisplayName();
        return new RpcCommand<CreateGroupRequest, CreateGroupResponse>(
            "create",
            "Make a group without members and roles",
            Rpc(nameof(Stub.CreateGroup)),
            (parse, request) =>
            {
                request.Parent = UserCommands.ParentOf(parse.GetValue(account));
                request.Group = new Group { DisplayName = parse.GetRequiredValue(displayName) };
                request.RequestId = RequestId.From(parse);
            })
        { account, displayName, RequestId.Option };
    }

    private static ListCommand<ListGroupsRequest, ListGroupsResponse> ListGroups()
    {
        var account = UserCommands.Account("Of this account: accounts/ID, or the id alone. [default: of the system]");
        return new ListCommand<ListGroupsRequest, ListGroupsResponse>(
            "list",
            "List groups, oldest first",
            Rpc(nameof(Stub.ListGroups)),
            ["name", "display_name", "is_built_in", "create_time"],
            (parse, request) => request.Parent = UserCommands.ParentOf(parse.GetValue(account)))
        { account };
    }

    private static RpcCommand<GetGroupRequest, GetGroupResponse> GetGroup()
    {
        var name = Name();
        return new RpcCommand<GetGroupRequest, GetGroupResponse>(
            "get", "Show a group", Rpc(nameof(Stub.GetGroup)), (parse, request) => request.Name = parse.GetRequiredValue(name))
        { name };
    }

    private static RpcCommand<UpdateGroupRequest, UpdateGroupResponse> UpdateGroup()
    {
        var name = Name();
        var displayName = DisplayName();
        return new RpcCommand<UpdateGroupRequest, UpdateGroupResponse>(
            "rename",
            "Rename a group",
            Rpc(nameof(Stub.UpdateGroup)),
            (parse, request) =>
            {
                request.Name = parse.GetRequiredValue(name);
                request.Group = new Group { DisplayName = parse.GetRequiredValue(displayName) };
                request.UpdateMask = new FieldMask { Paths = { "display_name" } };
                request.RequestId = RequestId.From(parse);
            })
        { name, displayName, RequestId.Option };
    }

    private static RpcCommand<DeleteGroupRequest, DeleteGroupResponse> DeleteGroup()
    {
        var name = Name();
        return new RpcCommand<DeleteGroupRequest, DeleteGroupResponse>(
            "delete",
            "Delete a group; its members lose the roles that it holds",
            Rpc(nameof(Stub.DeleteGroup)),
            (parse, request) =>
            {
                request.Name = parse.GetRequiredValue(name);
                request.RequestId = RequestId.From(parse);
            },
            (screen, answer) => screen.Tell(answer, "The group is gone."))
        { name, RequestId.Option };
    }

    private static RpcCommand<AddGroupMemberRequest, AddGroupMemberResponse> AddGroupMember()
    {
        var (name, member) = (Name(), new Argument<string>("MEMBER") { Description = Member });
        return new RpcCommand<AddGroupMemberRequest, AddGroupMemberResponse>(
            "add",
            "Put a user or service account into a group",
            Rpc(nameof(Stub.AddGroupMember)),
            (parse, request) =>
            {
                request.Name = parse.GetRequiredValue(name);
                request.Member = parse.GetRequiredValue(member);
                request.RequestId = RequestId.From(parse);
            })
        { name, member, RequestId.Option };
    }

    private static RpcCommand<RemoveGroupMemberRequest, RemoveGroupMemberResponse> RemoveGroupMember()
    {
        var (name, member) = (Name(), new Argument<string>("MEMBER") { Description = Member });
        return new RpcCommand<RemoveGroupMemberRequest, RemoveGroupMemberResponse>(
            "remove",
            "Take a user or service account out of a group",
            Rpc(nameof(Stub.RemoveGroupMember)),
            (parse, request) =>
            {
                request.Name = parse.GetRequiredValue(name);
                request.Member = parse.GetRequiredValue(member);
                request.RequestId = RequestId.From(parse);
            },
            (screen, answer) => screen.Tell(answer, "The member is out of the group."))
        { name, member, RequestId.Option };
    }

    private static ListCommand<ListGroupMembersRequest, ListGroupMembersResponse> ListGroupMembers()
    {
        var name = Name();
        return new ListCommand<ListGroupMembersRequest, ListGroupMembersResponse>(
            "members",
            "List who is in a group",
            Rpc(nameof(Stub.ListGroupMembers)),
            ["member", "display_name", "create_time"],
            (parse, request) => request.Parent = parse.GetRequiredValue(name))
        { name };
    }

    private static Argument<string> Name() => new("GROUP") { Description = "accounts/ID/groups/ID or groups/ID" };

    private static Option<string> DisplayName() =>
        new("--name") { Description = "What people call it.", HelpName = "TEXT", Required = true };

    private static MethodDescriptor Rpc(string name) => GroupService.Descriptor.FindMethodByName(name);
}
