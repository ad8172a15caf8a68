using Entitlement.Domain.Access;
using Entitlement.Domain.Errors;
using Entitlement.Server.Access.Cache;
using Entitlement.Storage;
using Microsoft.EntityFrameworkCore;

namespace Entitlement.Server.Access;

/// <summary>Judges API keys.</summary>
internal sealed class ServiceAccountKeys(
    IDbContextFactory<EntitlementDbContext> contexts, AccessCache cache, TimeProvider clock)
{
    /// <summary>Whether anybody administers the system, so that the bootstrap key has ended.</summary>
    public async Task<bool> AnyAdministratorAsync(CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        return await db.RoleAssignments.AnyAsync(
                one => one.ScopeId == Guid.Empty && one.RoleId == Role.SystemAdministrator && one.SubjectId != Group.Administrators,
                cancellationToken)
            || await db.GroupMembers.AnyAsync(member => member.GroupId == Group.Administrators, cancellationToken);
    }

    /// <exception cref="EntitlementException"><see cref="FailureReason.Unauthenticated"/>.</exception>
    public async ValueTask<Caller> ResolveAsync(SecretToken token, Freshness freshness, CancellationToken cancellationToken)
    {
        if (!token.HasRowId(out var id))
        {
            throw CredentialRefusal.Malformed();
        }

        var found = await cache.AskAsync<CredentialQuestion, FoundCredential>(
            new CredentialQuestion(id), freshness, cancellationToken);

        // Nobody but who holds the secret learns that there is, or was, such a key.
        return found.Value.Copy?.Credential is { Kind: TokenKind.ApiKey } key && key.HasSecret(token.Secret)
            ? Judge(found) with { Freshness = freshness }
            : throw CredentialRefusal.Unknown();
    }

    /// <summary>Whether a credential that proved somebody once does so still.</summary>
    /// <inheritdoc cref="ResolveAsync"/>
    public async ValueTask<Caller> ResolveAgainAsync(Guid id, Freshness freshness, CancellationToken cancellationToken) =>
        Judge(await cache.AskAsync<CredentialQuestion, FoundCredential>(
            new CredentialQuestion(id), freshness, cancellationToken));

    private Caller.ServiceAccount Judge(in Answered<FoundCredential> found)
    {
        if (found.Value is not { Copy: { Credential: { } key } copy, Holder: { } holder })
        {
            throw CredentialRefusal.Unknown();
        }

        if (key.EndTime is { } revoked)
        {
            throw CredentialRefusal.KeyRevoked(revoked);
        }

        if (key.ExpireTime is { } end && clock.GetUtcNow() >= end)
        {
            throw CredentialRefusal.KeyExpired(end);
        }

        return holder.IsEnabled
            ? new Caller.ServiceAccount(holder.Id) { ProvenBy = new Proof(ProofKind.ApiKey, copy.Id, found.Version) }
            : throw CredentialRefusal.SwitchedOff();
    }
}
