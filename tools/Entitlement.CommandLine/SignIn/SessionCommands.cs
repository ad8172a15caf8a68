using System.CommandLine;
using Entitlement.CommandLine.Display;
using Entitlement.CommandLine.Invocation;
using Entitlement.CommandLine.Rpc;
using Entitlement.V1;
using Google.Protobuf;
using Google.Protobuf.Reflection;
using Stub = Entitlement.V1.SessionService.SessionServiceClient;

namespace Entitlement.CommandLine.SignIn;

/// <summary><c>entitle sessions …</c> and <c>entitle password …</c></summary>
internal static class SessionCommands
{
    public static Command CreateSessions() => new("sessions", "See and end the sessions of a person")
    {
        ListSessions(),
        RevokeSession(),
    };

    public static Command CreatePassword() => new("password", "Change and set passwords")
    {
        new ChangePasswordCommand(),
        RequestLink(),
        SetPassword(),
        IssueInitial(),
    };

    public static MethodDescriptor Rpc(string name) => SessionService.Descriptor.FindMethodByName(name);

    /// <summary>For an answer that says nothing but that it is done.</summary>
    public static Func<Screen, T, ExitCode> Tell<T>(string done)
        where T : IMessage => (screen, answer) =>
        {
            if (screen.IsJson)
            {
                screen.WriteJson(answer);
            }
            else
            {
                screen.Note(done);
            }

            return ExitCode.Ok;
        };

    private static ListCommand<ListSessionsRequest, ListSessionsResponse> ListSessions()
    {
        var user = new Option<string?>("--user")
        {
            Description = "users/ID, or the id alone. [default: whoever signed in]",
            HelpName = "USER",
        };
        return new ListCommand<ListSessionsRequest, ListSessionsResponse>(
            "list",
            "List the sessions that have not ended",
            Rpc(nameof(Stub.ListSessions)),
            ["name", "origin", "create_time", "last_use_time", "expire_time", "current"],
            (parse, request) => request.Parent = parse.GetValue(user) is { } named
                ? ResourceNames.Complete("users", named)
                : OwnUser(parse))
        { user };
    }

    private static RpcCommand<RevokeSessionRequest, RevokeSessionResponse> RevokeSession()
    {
        var name = new Argument<string>("SESSION") { Description = "users/ID/sessions/ID." };
        return new RpcCommand<RevokeSessionRequest, RevokeSessionResponse>(
            "revoke",
            "End a session at once",
            Rpc(nameof(Stub.RevokeSession)),
            (parse, request) => request.Name = parse.GetRequiredValue(name),
            Tell<RevokeSessionResponse>("The session has ended."))
        { name };
    }

    private static RpcCommand<RequestPasswordLinkRequest, RequestPasswordLinkResponse> RequestLink()
    {
        var email = new Argument<string>("ADDRESS") { Description = "The person's mail address." };
        return new RpcCommand<RequestPasswordLinkRequest, RequestPasswordLinkResponse>(
            "reset",
            "Have a link sent by which the password can be set; needs no credentials",
            Rpc(nameof(Stub.RequestPasswordLink)),
            (parse, request) => request.Email = parse.GetRequiredValue(email),
            Tell<RequestPasswordLinkResponse>("If somebody has this address, a message is on its way."))
        { email };
    }

    private static RpcCommand<SetPasswordRequest, SetPasswordResponse> SetPassword() => new(
        "set",
        "Set a password by the token of a link, which works once. Both are asked for, or two lines of standard input",
        Rpc(nameof(Stub.SetPassword)),
        (_, request) =>
        {
            request.Token = SecretInput.Read("Token").Trim();
            request.Password = SecretInput.ReadNew("New password");
        },
        Tell<SetPasswordResponse>("The password is set. Sign in with it: entitle sign-in ADDRESS."));

    private static RpcCommand<IssueInitialPasswordRequest, IssueInitialPasswordResponse> IssueInitial()
    {
        var user = new Argument<string>("USER") { Description = "users/ID, or the id alone." };
        return new RpcCommand<IssueInitialPasswordRequest, IssueInitialPasswordResponse>(
            "issue",
            "Give a person an initial password, which is to be changed at the first sign-in, and print it once",
            Rpc(nameof(Stub.IssueInitialPassword)),
            (parse, request) => request.Name = ResourceNames.Complete("users", parse.GetRequiredValue(user)),
            ShowInitial)
        { user };
    }

    private static ExitCode ShowInitial(Screen screen, IssueInitialPasswordResponse answer)
    {
        if (screen.IsJson)
        {
            screen.WriteJson(answer);
        }
        else
        {
            screen.WriteLine(answer.InitialPassword);
            screen.Note($"Good until {FieldText.Time(answer.ExpireTime)}, for choosing another at the first sign-in.");
        }

        return ExitCode.Ok;
    }

    private static string OwnUser(ParseResult parse) => SessionFile.For(GlobalOptions.Address(parse)).Read()?.User
        ?? throw CommandFailure.Usage("Nobody is signed in here.", "Sign in with 'entitle sign-in ADDRESS', or name somebody with --user.");
}
