using System.CommandLine;
using Entitlement.CommandLine.Access;
using Entitlement.CommandLine.Display;
using Entitlement.CommandLine.Invocation;
using Entitlement.CommandLine.Rpc;
using Entitlement.V1;
using Stub = Entitlement.V1.UserService.UserServiceClient;

namespace Entitlement.CommandLine.Users;

/// <summary><c>entitle user identity …</c></summary>
internal static class IdentityCommands
{
    public static Command Create() => new("identity", "What an OpenID Connect issuer calls a person")
    {
        LinkIdentity(),
        ListIdentities(),
        UnlinkIdentity(),
    };

    private static RpcCommand<LinkIdentityRequest, LinkIdentityResponse> LinkIdentity()
    {
        var (name, issuer) = (UserCommands.Name(), Issuer());
        var subject = new Option<string>("--subject")
        {
            Description = "What the issuer calls the person: the sub of its tokens.",
            HelpName = "SUB",
            Required = true,
        };
        return new RpcCommand<LinkIdentityRequest, LinkIdentityResponse>(
            "link",
            "Say that a subject of the issuer is a person here, who acts by its tokens from then on",
            UserCommands.Rpc(nameof(Stub.LinkIdentity)),
            (parse, request) =>
            {
                request.Name = ResourceNames.Complete("users", parse.GetRequiredValue(name));
                request.Issuer = parse.GetValue(issuer) ?? "";
                request.Subject = parse.GetRequiredValue(subject);
                request.RequestId = RequestId.From(parse);
            })
        { name, subject, issuer, RequestId.Option };
    }

    private static RpcCommand<ListIdentitiesRequest, ListIdentitiesResponse> ListIdentities()
    {
        var name = UserCommands.Name();
        return new RpcCommand<ListIdentitiesRequest, ListIdentitiesResponse>(
            "list",
            "List the subjects of issuers by whose tokens a person acts",
            UserCommands.Rpc(nameof(Stub.ListIdentities)),
            (parse, request) => request.Name = ResourceNames.Complete("users", parse.GetRequiredValue(name)),
            (screen, answer) =>
            {
                AccessCommands.WriteAnswer(screen, answer, () => screen.WriteTable(
                    ["Issuer", "Subject", "Since"],
                    answer.Identities.Select(one => (string[])[one.Issuer, one.Subject, FieldText.Time(one.CreateTime)])));
                return ExitCode.Ok;
            })
        { name };
    }

    private static RpcCommand<UnlinkIdentityRequest, UnlinkIdentityResponse> UnlinkIdentity()
    {
        var (name, issuer) = (UserCommands.Name(), Issuer());
        return new RpcCommand<UnlinkIdentityRequest, UnlinkIdentityResponse>(
            "unlink",
            "Let the tokens of an issuer be a person no more",
            UserCommands.Rpc(nameof(Stub.UnlinkIdentity)),
            (parse, request) =>
            {
                request.Name = ResourceNames.Complete("users", parse.GetRequiredValue(name));
                request.Issuer = parse.GetValue(issuer) ?? "";
                request.RequestId = RequestId.From(parse);
            },
            (screen, answer) => screen.Tell(answer, "The issuer's tokens are this person no more."))
        { name, issuer, RequestId.Option };
    }

    private static Option<string?> Issuer() => new("--issuer")
    {
        Description = "The issuer's address. [default: the one whose tokens the service takes]",
        HelpName = "URL",
    };
}
