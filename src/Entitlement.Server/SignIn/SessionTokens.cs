using System.Data.Common;
using Entitlement.Domain.Errors;
using Entitlement.Server.Access;
using Entitlement.Server.Access.Cache;
using Entitlement.Storage;
using Entitlement.Storage.Writing;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace Entitlement.Server.SignIn;

/// <summary>Judges session tokens.</summary>
internal sealed class SessionTokens(
    AccessCache cache,
    Writer writer,
    StorageEngine storage,
    IOptions<SignInOptions> options,
    TimeProvider clock,
    ILogger<SessionTokens> logger)
{
    /// <exception cref="EntitlementException"><see cref="FailureReason.Unauthenticated"/>.</exception>
    public async ValueTask<Caller> ResolveAsync(SecretToken token, Freshness freshness, CancellationToken cancellationToken)
    {
        if (!token.HasRowId(out var id))
        {
            throw CredentialRefusal.Malformed();
        }

        var found = await cache.AskAsync<CredentialQuestion, FoundCredential>(
            new CredentialQuestion(id), freshness, cancellationToken);

        // Nobody but who holds the secret learns that there is, or was, such a session.
        return found.Value.Copy?.Credential is { Kind: TokenKind.Session } session && session.HasSecret(token.Secret)
            ? await JudgeAsync(found, cancellationToken) with { Freshness = freshness }
            : throw CredentialRefusal.Unknown();
    }

    /// <summary>Whether a session that proved somebody once does so still.</summary>
    /// <inheritdoc cref="ResolveAsync"/>
    public async ValueTask<Caller> ResolveAgainAsync(Guid id, Freshness freshness, CancellationToken cancellationToken) =>
        await JudgeAsync(
            await cache.AskAsync<CredentialQuestion, FoundCredential>(
                new CredentialQuestion(id), freshness, cancellationToken),
            cancellationToken);

    private async ValueTask<Caller.User> JudgeAsync(Answered<FoundCredential> found, CancellationToken cancellationToken)
    {
        if (found.Value is not { Copy: { Credential: { } session } copy, Holder: { } holder })
        {
            throw CredentialRefusal.Unknown();
        }

        var now = clock.GetUtcNow();
        var idleTime = options.Value.SessionIdleTime;
        if (session.EndTime is null && !session.IsLive(idleTime, now))
        {
            // It may have been used at another server since: a use raises no clock.
            copy = (CredentialCopy)await cache.ReadAsync(copy.Key, cancellationToken);
            session = copy.Credential ?? throw CredentialRefusal.Unknown();
        }

        Require(session, holder.IsEnabled, idleTime, now);
        if (session.IsUseWorthNoting(idleTime, now))
        {
            await NoteUseAsync(copy, session, now, cancellationToken);
        }

        return new Caller.User(holder.Id) { ProvenBy = new Proof(ProofKind.Session, copy.Id, found.Version) };
    }

    private void Require(Credential session, bool isEnabled, TimeSpan idleTime, DateTimeOffset now)
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

    private async Task NoteUseAsync(
        CredentialCopy copy, Credential session, DateTimeOffset now, CancellationToken cancellationToken)
    {
        try
        {
            await writer.RunAsync(
                (db, token) => db.Sessions
                    .Where(one => one.Id == copy.Id && one.LastUseTime < now)
                    .ExecuteUpdateAsync(row => row.SetProperty(one => one.LastUseTime, now), token),
                cancellationToken);
            cache.Keep(copy with { Credential = session with { LastUseTime = now } });
        }
        catch (Exception failure) when (
            failure is DbException or EntitlementException || storage.Classify(failure) != StorageFault.None)
        {
            // What the call is about may be done all the same.
            Log.UseNotNoted(logger, failure);
        }
    }
}
