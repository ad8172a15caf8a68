using Entitlement.Domain.Errors;
using Entitlement.Domain.Names;
using Entitlement.Domain.SignIn;
using Entitlement.Server.Abuse;
using Entitlement.Server.Access;
using Entitlement.Server.Idempotency;
using Entitlement.Storage;
using Entitlement.Storage.Access;
using Entitlement.V1;
using Grpc.Core;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using User = Entitlement.Domain.People.User;

namespace Entitlement.Server.SignIn;

internal sealed partial class SessionService(
    EntitlementDbContext db,
    OnceWriter writer,
    PasswordCheck passwords,
    SessionDesk desk,
    PasswordLinks links,
    LinkRequests linkRequests,
    FailureTable failures,
    IOptions<SignInOptions> options,
    IOptions<OpenIdConnectOptions> openIdConnect,
    TimeProvider clock) : V1.SessionService.SessionServiceBase
{
    private const string NewPasswordField = "new_password";

    public override async Task<SignInResponse> SignIn(SignInRequest request, ServerCallContext context)
    {
        RequirePasswords();
        if (context.GetCaller() is not Caller.Anonymous)
        {
            throw CredentialRefusal.Duplicate();
        }

        var email = EmailAddress.Parse(request.Email, "email");
        var password = TypedPassword.Parse(request.Password, "password");
        var newPassword = request.NewPassword.Length == 0 ? null : new TypedPassword(request.NewPassword, NewPasswordField);
        var candidate = await passwords.FindAsync(email, AddressGroup.Of(context.GetHttpContext()), context.CancellationToken);
        RequireNotBlocked(candidate);

        var proven = await passwords.RequireAsync(candidate, password, newPassword, context.CancellationToken);
        var started = await StartAsync(candidate, proven, context.CancellationToken);
        return new SignInResponse
        {
            Token = started.Token.Reveal(),
            Session = started.Session.ToMessage(options.Value.SessionIdleTime, isCurrent: true),
        };
    }

    public override async Task<SignOutResponse> SignOut(SignOutRequest request, ServerCallContext context)
    {
        var (person, session) = RequireSession(context);
        await EndAsync(context, new SessionName(person, session));
        return new SignOutResponse();
    }

    public override async Task<RevokeSessionResponse> RevokeSession(RevokeSessionRequest request, ServerCallContext context)
    {
        var outcome = await EndAsync(context, SessionName.Parse(request.Name, "name"));
        return new RevokeSessionResponse { ConsistencyToken = outcome.ConsistencyToken };
    }

    /// <summary>The session that proves who calls.</summary>
    private static (Guid Person, Guid Session) RequireSession(ServerCallContext context) =>
        context.GetCaller() is Caller.User { SessionId: { } session } user
            ? (user.Id, session)
            : throw (context.GetCaller() is Caller.Anonymous ? CredentialRefusal.Missing() : CredentialRefusal.SessionRequired());

    private void RequirePasswords()
    {
        if (!options.Value.Passwords)
        {
            throw Refusal.PasswordsOff(openIdConnect.Value.Issuer!);
        }
    }

    /// <summary>A person's own places stay open: what neighbours guess must lock nobody out.</summary>
    private void RequireNotBlocked(Candidate candidate)
    {
        if (!candidate.IsKnownPlace && failures.BlockedFor(candidate.Address) is { } wait)
        {
            throw Refusal.TooManyFailures(wait);
        }
    }

    private async Task<StartedSession> StartAsync(
        Candidate candidate, ProvenPassword proven, CancellationToken cancellationToken)
    {
        StartedSession? started = null;
        await writer.RunAsync(
            $"{new UserName(proven.Person)}",
            async (change, token) =>
            {
                await RequireEnabledAsync(change, proven.Person, token);
                var isChanged = await UseAsync(change, proven, token);
                if (await change.Db.SignInFailures.SingleOrDefaultAsync(one => one.Id == candidate.Row, token) is { } counted)
                {
                    counted.Forget(candidate.IsKnownPlace);
                }

                started = await desk.BeginAsync(change, proven.Person, $"{candidate.Address}", token);
                if (isChanged || started.EndedAnother)
                {
                    change.Touch(AccessThing.Principal, proven.Person);
                }

                return new Outcome($"{started.Session.Name}", Existed: false);
            },
            cancellationToken);
        return started!;
    }

    /// <summary>What signing in does to the password itself.</summary>
    /// <returns>Whether it is another one now.</returns>
    private static async Task<bool> UseAsync(Change change, ProvenPassword proven, CancellationToken cancellationToken)
    {
        var credential = await FindProvenAsync(change, proven, cancellationToken);
        credential.RequireUsable(hasNew: proven.NewHash is not null, change.Now);
        if (proven.NewHash is null)
        {
            if (proven.Rehash is { } rehash)
            {
                credential.Rehash(rehash);
            }

            return false;
        }

        if (!credential.IsInitial)
        {
            throw Refusal.InvalidArgument(NewPasswordField, "may take the place of an initial password alone; use ChangePassword");
        }

        credential.Change(proven.NewHash, initialUntil: null, change.Now);
        change.Audit(account: null, "password.change", $"{new UserName(proven.Person)}");
        await SessionDesk.EndAllAsync(change, proven.Person, cancellationToken);
        return true;
    }

    /// <exception cref="EntitlementException">It was changed since: whoever proved the one before has proved nothing.</exception>
    private static async Task<PasswordCredential> FindProvenAsync(
        Change change, ProvenPassword proven, CancellationToken cancellationToken)
    {
        var credential = await change.Db.PasswordCredentials.SingleOrDefaultAsync(
            one => one.UserId == proven.Person, cancellationToken);
        return credential is not null && credential.Hash == proven.Hash ? credential : throw Refusal.ConcurrentChange();
    }

    private static async Task<User> RequireEnabledAsync(Change change, Guid person, CancellationToken cancellationToken)
    {
        var user = await change.Db.Users.SingleAsync(one => one.Id == person, cancellationToken);
        return user.IsEnabled ? user : throw CredentialRefusal.SwitchedOff();
    }

    private Task<Outcome> EndAsync(ServerCallContext context, SessionName name) => writer.RunAsync(
        context.GetCaller().Actor,
        async (change, token) =>
        {
            var session = await change.Db.Sessions.SingleOrDefaultAsync(
                    one => one.UserId == name.UserId && one.Id == name.SessionId, token)
                ?? throw Refusal.NotFound($"{name}");
            if (session.IsLive(options.Value.SessionIdleTime, change.Now))
            {
                session.End(change.Now);
                change.Audit(account: null, "session.end", $"{name}");
                change.Touch(AccessThing.Principal, name.UserId);
            }

            return new Outcome($"{name}", Existed: false);
        },
        context.CancellationToken);
}
