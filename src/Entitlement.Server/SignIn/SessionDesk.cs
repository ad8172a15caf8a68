using Entitlement.Domain.SignIn;
using Entitlement.Server.Access;
using Entitlement.Server.Idempotency;
using Entitlement.Storage;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace Entitlement.Server.SignIn;

/// <summary>Begins and ends sessions, each in the transaction of what it belongs to.</summary>
internal sealed class SessionDesk(IOptions<SignInOptions> options)
{
    /// <summary>How long ended sessions are known by their tokens, so that these are told from made-up ones.</summary>
    private static readonly TimeSpan KnownAfterEnd = TimeSpan.FromDays(7);

    /// <summary>Begins one; of too many the one ends that was not used for the longest time.</summary>
    public async Task<StartedSession> BeginAsync(
        Change change, Guid person, string origin, CancellationToken cancellationToken)
    {
        var (db, now) = (change.Db, change.Now);
        await SweepAsync(db, person, origin, now, cancellationToken);
        var others = await db.Sessions
            .Where(session => session.UserId == person && session.EndTime == null && session.ExpireTime > now)
            .OrderByDescending(session => session.LastUseTime)
            .Skip(options.Value.MaxSessions - 1)
            .ToListAsync(cancellationToken);
        others.ForEach(session => session.End(now));

        var secret = SecretToken.NewSecret();
        var begun = Session.Begin(person, secret, origin, options.Value.SessionLifetime, now);
        db.Add(begun);
        change.Audit(account: null, "session.create", $"{begun.Name}");
        return new StartedSession(begun, SecretToken.Create(TokenKind.Session, begun.Id, secret), others.Count > 0);
    }

    /// <summary>Ends all that rests on the password as it was: sessions and links. To be called before the new session begins.</summary>
    public static async Task EndAllAsync(Change change, Guid person, CancellationToken cancellationToken)
    {
        var sessions = await change.Db.Sessions
            .Where(session => session.UserId == person && session.EndTime == null && session.ExpireTime > change.Now)
            .ToListAsync(cancellationToken);
        sessions.ForEach(session => session.End(change.Now));
        var links = await change.Db.PasswordLinks
            .Where(link => link.UserId == person && link.UseTime == null && link.EndTime == null && link.ExpireTime > change.Now)
            .ToListAsync(cancellationToken);
        links.ForEach(link => link.End(change.Now));
    }

    /// <summary>
    /// Clears away the person's own old ones, so that their number has a bound: of each place the newest is enough to know it
    /// again.
    /// </summary>
    private Task<int> SweepAsync(
        EntitlementDbContext db, Guid person, string origin, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var known = now - KnownAfterEnd;
        var remembered = now - options.Value.RememberPlaces;
        return db.Sessions
            .Where(session => session.UserId == person
                && ((session.Origin == origin && session.ExpireTime < known)
                    || (session.CreateTime < remembered && session.ExpireTime < known)))
            .ExecuteDeleteAsync(cancellationToken);
    }
}

/// <summary>A session that just began.</summary>
/// <param name="Session">The session.</param>
/// <param name="Token">Its token, which is shown once and kept nowhere.</param>
/// <param name="EndedAnother">Whether another one had to end for it.</param>
internal sealed record StartedSession(Session Session, SecretToken Token, bool EndedAnother);
