using System.Data.Common;
using Entitlement.Domain.Errors;
using Entitlement.Domain.SignIn;
using Entitlement.Server.Access;
using Entitlement.Storage;
using Entitlement.Storage.Writing;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace Entitlement.Server.SignIn;

/// <summary>Judges session tokens by what stands in the database at this moment.</summary>
internal sealed class SessionTokens(
    IDbContextFactory<EntitlementDbContext> contexts,
    Writer writer,
    StorageEngine storage,
    IOptions<SignInOptions> options,
    TimeProvider clock,
    ILogger<SessionTokens> logger)
{
    /// <exception cref="EntitlementException"><see cref="FailureReason.Unauthenticated"/>.</exception>
    public async Task<Caller> ResolveAsync(SecretToken token, CancellationToken cancellationToken)
    {
        if (!token.HasRowId(out var id))
        {
            throw CredentialRefusal.Malformed();
        }

        var (session, isEnabled) = await FindAsync(id, cancellationToken);

        // Nobody but who holds the secret learns that there is, or was, such a session.
        if (session is null || !session.HasSecret(token.Secret))
        {
            throw CredentialRefusal.Unknown();
        }

        var now = clock.GetUtcNow();
        var idleTime = options.Value.SessionIdleTime;
        Require(session, isEnabled, idleTime, now);
        if (session.IsUseWorthNoting(idleTime, now))
        {
            await NoteUseAsync(session, now, cancellationToken);
        }

        return new Caller.User(session.UserId) { SessionId = session.Id };
    }

    private async Task<(Session? Session, bool IsEnabled)> FindAsync(Guid id, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var found = await db.Sessions
            .Where(session => session.Id == id)
            .Join(db.Users, session => session.UserId, user => user.Id, (session, user) => new { session, user.IsEnabled })
            .SingleOrDefaultAsync(cancellationToken);
        return (found?.session, found?.IsEnabled ?? false);
    }

    private void Require(Session session, bool isEnabled, TimeSpan idleTime, DateTimeOffset now)
    {
        if (!isEnabled)
        {
            throw CredentialRefusal.SwitchedOff();
        }

        // Sessions come from passwords alone, so they go with them.
        if (session.EndTime is not null || !options.Value.Passwords)
        {
            throw CredentialRefusal.SessionEnded();
        }

        if (!session.IsLive(idleTime, now))
        {
            throw CredentialRefusal.SessionExpired();
        }
    }

    private async Task NoteUseAsync(Session session, DateTimeOffset now, CancellationToken cancellationToken)
    {
        try
        {
            await writer.RunAsync(
                (db, token) => db.Sessions
                    .Where(one => one.Id == session.Id && one.LastUseTime < now)
                    .ExecuteUpdateAsync(row => row.SetProperty(one => one.LastUseTime, now), token),
                cancellationToken);
        }
        catch (Exception failure) when (
            failure is DbException or EntitlementException || storage.Classify(failure) != StorageFault.None)
        {
            // What the call is about may be done all the same.
            Log.UseNotNoted(logger, failure);
        }
    }
}
