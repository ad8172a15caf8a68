using System.Security.Cryptography;
using Entitlement.Domain.Errors;
using Entitlement.Domain.Names;
using Entitlement.Domain.SignIn;
using Entitlement.Server.Abuse;
using Entitlement.Server.Access;
using Entitlement.Server.Idempotency;
using Entitlement.Storage.Access;
using Entitlement.V1;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Microsoft.EntityFrameworkCore;

namespace Entitlement.Server.SignIn;

/// <content>Changing and setting passwords.</content>
internal sealed partial class SessionService
{
    /// <summary>Without those that are taken for one another. 21 of them are 104 random bits.</summary>
    private const string InitialCharacters = "abcdefghjkmnpqrstuvwxyz23456789";

    private const int InitialLength = 21;

    public override async Task<ChangePasswordResponse> ChangePassword(ChangePasswordRequest request, ServerCallContext context)
    {
        RequirePasswords();
        var (person, _) = RequireSession(context);
        var current = TypedPassword.Parse(request.CurrentPassword, "current_password");
        var wanted = new TypedPassword(request.NewPassword, NewPasswordField);
        var candidate = await passwords.FindAsync(
            person, AddressGroup.Of(context.GetHttpContext()), context.CancellationToken);
        var proven = await passwords.RequireAsync(candidate, current, wanted, context.CancellationToken);

        StartedSession? started = null;
        await writer.RunAsync(
            context.GetCaller().Actor,
            async (change, token) =>
            {
                var credential = await FindProvenAsync(change, proven, token);
                credential.Change(proven.NewHash!, initialUntil: null, change.Now);
                change.Audit(account: null, "password.change", $"{new UserName(person)}");
                await SessionDesk.EndAllAsync(change, person, token);
                started = await desk.BeginAsync(change, person, $"{candidate.Address}", token);
                change.Touch(AccessThing.Principal, person);
                return new Outcome($"{started.Session.Name}", Existed: false);
            },
            context.CancellationToken);
        return new ChangePasswordResponse
        {
            Token = started!.Token.Reveal(),
            Session = started.Session.ToMessage(options.Value.SessionIdleTime, isCurrent: true),
        };
    }

    public override Task<RequestPasswordLinkResponse> RequestPasswordLink(
        RequestPasswordLinkRequest request, ServerCallContext context)
    {
        RequirePasswords();
        var email = EmailAddress.Parse(request.Email, "email");

        // Counted whatever comes of it, because what comes of it must not be seen.
        if (failures.Add(AddressGroup.Of(context.GetHttpContext())) is { } wait)
        {
            throw Refusal.TooManyFailures(wait);
        }

        linkRequests.Add(email);
        return Task.FromResult(new RequestPasswordLinkResponse());
    }

    public override async Task<SetPasswordResponse> SetPassword(SetPasswordRequest request, ServerCallContext context)
    {
        RequirePasswords();
        var address = AddressGroup.Of(context.GetHttpContext());
        if (!SecretToken.TryParse(request.Token, out var link) || link.Kind != TokenKind.PasswordLink)
        {
            throw Refusal.PasswordLinkUnknown();
        }

        // Nothing is hashed for a link that does nothing, nor for a password that is not accepted.
        var holder = await links.RequireAsync(link, clock.GetUtcNow(), context.CancellationToken);
        var password = new TypedPassword(request.Password, "password");
        password.Require(options.Value.PasswordRule, holder.Email);
        var turn = new HashTurn(address, holder.Person, IsKnownPlace: true);
        var hash = await passwords.HashAsync(turn, password, context.CancellationToken);

        await writer.RunAsync(
            $"{new UserName(holder.Person)}",
            async (change, token) =>
            {
                await RequireEnabledAsync(change, holder.Person, token);
                var used = await PasswordLinks.FindAsync(change.Db, link, token);
                used.Use(change.Now);
                await SetAsync(change, holder.Person, hash, initialUntil: null, token);
                change.Audit(account: null, "password.set", $"{new UserName(holder.Person)}");
                if (await change.Db.SignInFailures.SingleOrDefaultAsync(one => one.Id == holder.Person, token) is { } counted)
                {
                    counted.ForgetAll();
                }

                change.Touch(AccessThing.Principal, holder.Person);
                return new Outcome($"{new UserName(holder.Person)}", Existed: false);
            },
            context.CancellationToken);
        return new SetPasswordResponse();
    }

    public override async Task<IssueInitialPasswordResponse> IssueInitialPassword(
        IssueInitialPasswordRequest request, ServerCallContext context)
    {
        RequirePasswords();
        var name = UserName.Parse(request.Name, "name");
        if (context.GetCaller() is Caller.User self && self.Id == name.UserId)
        {
            throw Refusal.InvalidArgument("name", "must not be yourself; use ChangePassword");
        }

        var person = await db.Users.SingleOrDefaultAsync(user => user.Id == name.UserId, context.CancellationToken)
            ?? throw Refusal.NotFound($"{name}");
        var text = request.InitialPassword.Length > 0
            ? request.InitialPassword
            : RandomNumberGenerator.GetString(InitialCharacters, Math.Max(InitialLength, options.Value.MinPasswordLength));
        var password = new TypedPassword(text, "initial_password");
        password.Require(options.Value.PasswordRule, person.Email);
        var turn = new HashTurn(AddressGroup.Of(context.GetHttpContext()), person.Id, IsKnownPlace: true);
        var hash = await passwords.HashAsync(turn, password, context.CancellationToken);

        var until = default(DateTimeOffset);
        var outcome = await writer.RunAsync(
            context.GetCaller().Actor,
            async (change, token) =>
            {
                until = change.Now + options.Value.InitialPasswordLifetime;
                await SetAsync(change, name.UserId, hash, until, token);
                change.Audit(account: null, "password.issue", $"{name}");
                change.Touch(AccessThing.Principal, name.UserId);
                return new Outcome($"{name}", Existed: false);
            },
            context.CancellationToken);
        return new IssueInitialPasswordResponse
        {
            InitialPassword = text,
            ExpireTime = until.ToTimestamp(),
            ConsistencyToken = outcome.ConsistencyToken,
        };
    }

    private static async Task SetAsync(
        Change change, Guid person, string hash, DateTimeOffset? initialUntil, CancellationToken cancellationToken)
    {
        var credential = await change.Db.PasswordCredentials.SingleOrDefaultAsync(one => one.UserId == person, cancellationToken);
        if (credential is null)
        {
            change.Db.Add(PasswordCredential.Create(person, hash, initialUntil, change.Now));
        }
        else
        {
            credential.Change(hash, initialUntil, change.Now);
        }

        await SessionDesk.EndAllAsync(change, person, cancellationToken);
    }
}
