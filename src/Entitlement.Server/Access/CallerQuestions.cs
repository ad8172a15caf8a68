using Entitlement.Domain.Errors;
using Entitlement.Server.Access.Cache;
using Entitlement.Server.SignIn;

namespace Entitlement.Server.Access;

/// <summary>
/// Answers what a call asks about access. The credential that proves the caller holds at the same moment as everything else:
/// an answer never puts together a key from before a change with a role from after it.
/// </summary>
internal sealed class CallerQuestions(
    AccessCache cache, AccessViews views, SessionTokens sessions, ServiceAccountKeys keys)
{
    private const int MaxAttempts = 10;

    /// <exception cref="EntitlementException">
    /// <see cref="FailureReason.Unauthenticated"/>: the credential ended meanwhile; <see cref="FailureReason.StorageUnavailable"/>;
    /// or the clock has not come to the version that the caller asks for.
    /// </exception>
    public async ValueTask<Answered<T>> AskAsync<TQuestion, T>(
        Caller caller, TQuestion question, Freshness freshness, CancellationToken cancellationToken)
        where TQuestion : IAccessQuestion<T>
    {
        for (var attempt = 0; attempt < MaxAttempts; attempt++)
        {
            var answered = await cache.AskAsync<TQuestion, T>(question, freshness, cancellationToken);
            if (caller.CredentialId is not { } credential || IsProvenStill(caller))
            {
                return answered;
            }

            freshness = freshness.And(views.FromNowOn());
            caller = caller is Caller.User
                ? await sessions.ResolveAgainAsync(credential, freshness, cancellationToken)
                : await keys.ResolveAgainAsync(credential, freshness, cancellationToken);
        }

        throw Refusal.StorageUnavailable();
    }

    /// <inheritdoc cref="AccessViews.FromNowOn"/>
    public Freshness FromNowOn() => views.FromNowOn();

    private bool IsProvenStill(Caller caller) => cache.IsUntouched(
        new SnapshotKey(SnapshotKind.Principal, AccessDecider.PrincipalOf(caller)), caller.ProvenAt);
}
