using Entitlement.Domain.Errors;
using Entitlement.Server.Access.Cache;
using Entitlement.Server.SignIn;

namespace Entitlement.Server.Access;

/// <summary>
/// Answers what a call asks about access. The credential that proves the caller holds at the same moment as everything else:
/// an answer never puts together a key from before a change with a role from after it.
/// </summary>
internal sealed class CallerQuestions(
    AccessCache cache, AccessViews views, SessionTokens sessions, ServiceAccountKeys keys, IdentityLinks identities)
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
            if (caller.ProvenBy is not { } proof || IsProvenStill(caller, proof))
            {
                return answered;
            }

            freshness = freshness.And(views.FromNowOn());
            caller = proof.Kind switch
            {
                ProofKind.ApiKey => await keys.ResolveAgainAsync(proof.Id, freshness, cancellationToken),
                ProofKind.Session => await sessions.ResolveAgainAsync(proof.Id, freshness, cancellationToken),
                ProofKind.Identity => await identities.ResolveAgainAsync(
                    proof.Id, AccessDecider.PrincipalOf(caller), freshness, cancellationToken),
            };
        }

        throw Refusal.StorageUnavailable();
    }

    /// <inheritdoc cref="AccessViews.FromNowOn"/>
    public Freshness FromNowOn() => views.FromNowOn();

    private bool IsProvenStill(Caller caller, Proof proof) => cache.IsUntouched(
        new SnapshotKey(SnapshotKind.Principal, AccessDecider.PrincipalOf(caller)), proof.At);
}
