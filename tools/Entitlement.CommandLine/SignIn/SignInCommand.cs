using System.CommandLine;
using Entitlement.CommandLine.Display;
using Entitlement.CommandLine.Invocation;
using Entitlement.CommandLine.Rpc;
using Entitlement.V1;
using Grpc.Core;

namespace Entitlement.CommandLine.SignIn;

/// <summary><c>entitle sign-in</c>: keeps the token for the commands that follow.</summary>
internal sealed class SignInCommand : RpcCommand<SignInRequest, SignInResponse>
{
    private const string ChangeRequired = "PASSWORD_CHANGE_REQUIRED";

    private static readonly Argument<string> Email = new("ADDRESS") { Description = "Your mail address." };

    public SignInCommand()
        : base(
            "sign-in",
            "Sign in; later commands for the same --server are yours until the session ends. The password is asked for, or a line "
            + "of standard input; an initial one wants another on the next line",
            SessionCommands.Rpc(nameof(SessionService.SessionServiceClient.SignIn)),
            (parse, request) =>
            {
                request.Email = parse.GetRequiredValue(Email);
                request.Password = SecretInput.Read("Password");
            },
            ShowSession) =>
        Arguments.Add(Email);

    /// <summary>A session that is on its way out must not stand in the way of the next.</summary>
    protected override Connection Open(ParseResult parse) => Connection.Open(parse, withoutCredentials: true);

    protected override async Task<SignInResponse> CallAsync(
        Connection connection, SignInRequest request, ParseResult parse, CancellationToken cancellation)
    {
        SignInResponse answer;
        try
        {
            answer = await base.CallAsync(connection, request, parse, cancellation);
        }
        catch (RpcException refused) when (Refusal.ReasonOf(refused) == ChangeRequired && FindNew() is { } wanted)
        {
            request.NewPassword = wanted;
            answer = await base.CallAsync(connection, request, parse, cancellation);
        }

        SessionFile.For(GlobalOptions.Address(parse)).Write(answer.Token, answer.Session.Name);
        answer.Token = "";
        return answer;
    }

    private static string? FindNew()
    {
        if (!SecretInput.IsTyped)
        {
            return SecretInput.Find("New password");
        }

        Console.Error.WriteLine("This is an initial password. Choose one of your own.");
        return SecretInput.ReadNew("New password");
    }

    private static ExitCode ShowSession(Screen screen, SignInResponse answer) => ResourceView.Show(screen, answer);
}

/// <summary><c>entitle sign-out</c></summary>
internal sealed class SignOutCommand() : RpcCommand<SignOutRequest, SignOutResponse>(
    "sign-out",
    "End the session of this machine",
    SessionCommands.Rpc(nameof(SessionService.SessionServiceClient.SignOut)),
    (_, _) => { },
    SessionCommands.Tell<SignOutResponse>("Signed out."))
{
    protected override async Task<SignOutResponse> CallAsync(
        Connection connection, SignOutRequest request, ParseResult parse, CancellationToken cancellation)
    {
        try
        {
            return await base.CallAsync(connection, request, parse, cancellation);
        }
        catch (RpcException refused) when (refused.StatusCode == StatusCode.Unauthenticated)
        {
            // Ended already; what is left is the file.
            return new SignOutResponse();
        }
        finally
        {
            SessionFile.For(GlobalOptions.Address(parse)).Delete();
        }
    }
}

/// <summary><c>entitle password change</c>: the session goes on under another token.</summary>
internal sealed class ChangePasswordCommand() : RpcCommand<ChangePasswordRequest, ChangePasswordResponse>(
    "change",
    "Change your password; your other sessions end. Both are asked for, or two lines of standard input",
    SessionCommands.Rpc(nameof(SessionService.SessionServiceClient.ChangePassword)),
    (_, request) =>
    {
        request.CurrentPassword = SecretInput.Read("Current password");
        request.NewPassword = SecretInput.ReadNew("New password");
    })
{
    protected override async Task<ChangePasswordResponse> CallAsync(
        Connection connection, ChangePasswordRequest request, ParseResult parse, CancellationToken cancellation)
    {
        var answer = await base.CallAsync(connection, request, parse, cancellation);
        SessionFile.For(GlobalOptions.Address(parse)).Write(answer.Token, answer.Session.Name);
        answer.Token = "";
        return answer;
    }
}
