using System.CommandLine;
using Entitlement.CommandLine.Rpc;
using Entitlement.V1;
using Stub = Entitlement.V1.UserService.UserServiceClient;

namespace Entitlement.CommandLine.Users;

/// <summary><c>entitle user invitations …</c></summary>
internal static class InvitationCommands
{
    public static Command Create() => new("invitations", "What accounts ask people to join")
    {
        ListInvitations(),
        AcceptInvitation(),
        DeclineInvitation(),
    };

    private static ListCommand<ListInvitationsRequest, ListInvitationsResponse> ListInvitations()
    {
        var parent = new Argument<string>("WHOSE") { Description = "accounts/ID for those it sent, users/ID for those somebody got." };
        return new ListCommand<ListInvitationsRequest, ListInvitationsResponse>(
            "list",
            "List invitations that wait for an answer, oldest first",
            UserCommands.Rpc(nameof(Stub.ListInvitations)),
            ["name", "account_display_name", "email", "create_time", "expire_time"],
            (parse, request) => request.Parent = parse.GetRequiredValue(parent))
        { parent };
    }

    private static RpcCommand<AcceptInvitationRequest, AcceptInvitationResponse> AcceptInvitation()
    {
        var name = Name();
        return new RpcCommand<AcceptInvitationRequest, AcceptInvitationResponse>(
            "accept",
            "Become a member of the account that invited you",
            UserCommands.Rpc(nameof(Stub.AcceptInvitation)),
            (parse, request) =>
            {
                request.Name = parse.GetRequiredValue(name);
                request.RequestId = RequestId.From(parse);
            })
        { name, RequestId.Option };
    }

    private static RpcCommand<DeclineInvitationRequest, DeclineInvitationResponse> DeclineInvitation()
    {
        var name = Name();
        return new RpcCommand<DeclineInvitationRequest, DeclineInvitationResponse>(
            "decline",
            "Decline an invitation, or withdraw one that the account sent",
            UserCommands.Rpc(nameof(Stub.DeclineInvitation)),
            (parse, request) =>
            {
                request.Name = parse.GetRequiredValue(name);
                request.RequestId = RequestId.From(parse);
            },
            (screen, answer) => screen.Tell(answer, "The invitation is gone."))
        { name, RequestId.Option };
    }

    private static Argument<string> Name() => new("NAME") { Description = "accounts/ID/invitations/ID" };
}
