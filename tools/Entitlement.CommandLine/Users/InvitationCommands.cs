using System.CommandLine;
using Entitlement.CommandLine.Display;
using Entitlement.CommandLine.Invocation;
using Entitlement.CommandLine.Rpc;
using Entitlement.V1;
using Google.Protobuf;
using Stub = Entitlement.V1.UserService.UserServiceClient;

namespace Entitlement.CommandLine.Users;

/// <summary><c>entitle user invitations …</c></summary>
internal static class InvitationCommands
{
    public static Command Create() => new("invitations", "What accounts and products ask people to join")
    {
        InviteToProduct(),
        ListInvitations(),
        AcceptInvitation(),
        DeclineInvitation(),
    };

    private static RpcCommand<InviteToProductRequest, InviteToProductResponse> InviteToProduct()
    {
        var product = new Argument<string>("PRODUCT") { Description = "products/ID, or the id alone." };
        var roles = new Argument<string[]>("ROLE") { Description = "roles/ROLE, or ROLE alone.", Arity = ArgumentArity.OneOrMore };
        var name = new Option<string>("--name") { Description = "The person's full name.", HelpName = "TEXT", Required = true };
        var email = new Option<string>("--email") { Description = "The person's mail address.", HelpName = "ADDRESS", Required = true };
        return new RpcCommand<InviteToProductRequest, InviteToProductResponse>(
            "send",
            "Invite a person to a product with chosen roles",
            UserCommands.Rpc(nameof(Stub.InviteToProduct)),
            (parse, request) =>
            {
                request.Name = ResourceNames.Complete("products", parse.GetRequiredValue(product));
                request.User = new User { DisplayName = parse.GetRequiredValue(name), Email = parse.GetRequiredValue(email) };
                request.Roles.AddRange(parse.GetRequiredValue(roles).Select(role => ResourceNames.Complete("roles", role)));
                request.RequestId = RequestId.From(parse);
            },
            ShowInvited)
        { product, roles, name, email, RequestId.Option };
    }

    /// <summary>The person, who is new here, or what waits for an answer of one who is not.</summary>
    private static ExitCode ShowInvited(Screen screen, InviteToProductResponse answer)
    {
        IMessage outcome = answer.User is { } user ? user : answer.Invitation;
        if (screen.Field is { } field)
        {
            screen.WriteLine(FieldText.Value(outcome, ResourceView.Find(outcome.Descriptor, field)));
        }
        else if (screen.IsJson)
        {
            screen.WriteJson(answer);
        }
        else
        {
            screen.WriteDetails(ResourceView.Lines(outcome));
        }

        return ExitCode.Ok;
    }

    private static ListCommand<ListInvitationsRequest, ListInvitationsResponse> ListInvitations()
    {
        var parent = new Argument<string>("WHOSE") { Description = "accounts/ID or products/ID for those sent there, users/ID for those somebody got." };
        return new ListCommand<ListInvitationsRequest, ListInvitationsResponse>(
            "list",
            "List invitations that wait for an answer, oldest first",
            UserCommands.Rpc(nameof(Stub.ListInvitations)),
            ["name", "account_display_name", "product_display_name", "roles", "email", "create_time", "expire_time"],
            (parse, request) => request.Parent = parse.GetRequiredValue(parent))
        { parent };
    }

    private static RpcCommand<AcceptInvitationRequest, AcceptInvitationResponse> AcceptInvitation()
    {
        var name = Name();
        return new RpcCommand<AcceptInvitationRequest, AcceptInvitationResponse>(
            "accept",
            "Become a member of the account that invited you, or take the roles on the product",
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
            "Decline an invitation, or withdraw one that was sent",
            UserCommands.Rpc(nameof(Stub.DeclineInvitation)),
            (parse, request) =>
            {
                request.Name = parse.GetRequiredValue(name);
                request.RequestId = RequestId.From(parse);
            },
            (screen, answer) => screen.Tell(answer, "The invitation is gone."))
        { name, RequestId.Option };
    }

    private static Argument<string> Name() => new("NAME") { Description = "accounts/ID/invitations/ID or products/ID/invitations/ID" };
}
