using System.CommandLine;
using Entitlement.CommandLine.Rpc;
using Entitlement.V1;
using Google.Protobuf.Reflection;
using Stub = Entitlement.V1.UserService.UserServiceClient;

namespace Entitlement.CommandLine.Users;

/// <summary><c>entitle user …</c></summary>
internal static class UserCommands
{
    public static Command Create() => new("user", "Add people to accounts, change them and let them go")
    {
        UserCreateCommand.Create(),
        ListMembers(),
        GetUser(),
        UserUpdateCommand.Create(),
        RemoveMember(),
        new UserExportCommand(),
        EraseUser(),
        InvitationCommands.Create(),
        IdentityCommands.Create(),
    };

    /// <summary><c>entitle whoami</c></summary>
    public static Command CreateWhoAmI() => new RpcCommand<GetCallerRequest, GetCallerResponse>(
        "whoami", "Tell who calls, and to which accounts the caller belongs", Rpc(nameof(Stub.GetCaller)), (_, _) => { });

    internal static MethodDescriptor Rpc(string name) => UserService.Descriptor.FindMethodByName(name);

    internal static Argument<string> Name() => new("USER") { Description = "users/ID, or the id alone." };

    internal static Option<string?> Account(string description) => new("--account") { Description = description, HelpName = "NAME" };

    internal static Option<string> Reason() =>
        new("--reason") { Description = "Why, for the audit trail.", HelpName = "TEXT", Required = true };

    /// <returns>Empty, for the system, where no account was given.</returns>
    internal static string ParentOf(string? account) => account is null ? "" : ResourceNames.Complete("accounts", account);

    private static ListCommand<ListMembersRequest, ListMembersResponse> ListMembers()
    {
        var account = Account("Of this account: accounts/ID, or the id alone. [default: the people of the system]");
        return new ListCommand<ListMembersRequest, ListMembersResponse>(
            "list",
            "List the people of an account or of the system, with the roles that they hold there",
            Rpc(nameof(Stub.ListMembers)),
            ["user", "display_name", "email", "phone_number", "is_enabled", "is_primary", "roles"],
            (parse, request) => request.Parent = ParentOf(parse.GetValue(account)))
        { account };
    }

    private static RpcCommand<GetUserRequest, GetUserResponse> GetUser()
    {
        var name = Name();
        return new RpcCommand<GetUserRequest, GetUserResponse>(
            "get",
            "Show a person",
            Rpc(nameof(Stub.GetUser)),
            (parse, request) => request.Name = ResourceNames.Complete("users", parse.GetRequiredValue(name)))
        { name };
    }

    private static RpcCommand<RemoveMemberRequest, RemoveMemberResponse> RemoveMember()
    {
        var name = new Argument<string>("NAME") { Description = "accounts/ID/members/ID" };
        var reason = Reason();
        return new RpcCommand<RemoveMemberRequest, RemoveMemberResponse>(
            "remove",
            "End a membership, with the roles that hang on it; the person stays",
            Rpc(nameof(Stub.RemoveMember)),
            (parse, request) =>
            {
                request.Name = parse.GetRequiredValue(name);
                request.Reason = parse.GetRequiredValue(reason);
                request.RequestId = RequestId.From(parse);
            },
            (screen, answer) => screen.Tell(answer, "The membership is over."))
        { name, reason, RequestId.Option };
    }

    private static RpcCommand<EraseUserRequest, EraseUserResponse> EraseUser()
    {
        var name = Name();
        var reason = Reason();
        return new RpcCommand<EraseUserRequest, EraseUserResponse>(
            "erase",
            "Erase a person's data for good; take them out with 'user export' before, if somebody wants them",
            Rpc(nameof(Stub.EraseUser)),
            (parse, request) =>
            {
                request.Name = ResourceNames.Complete("users", parse.GetRequiredValue(name));
                request.Reason = parse.GetRequiredValue(reason);
                request.RequestId = RequestId.From(parse);
            })
        { name, reason, RequestId.Option };
    }
}
