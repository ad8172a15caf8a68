using Entitlement.Domain.Errors;

namespace Entitlement.Server.Access;

/// <summary>Finds out who calls, from the call's <c>authorization</c>. What carries credentials is judged by them alone.</summary>
internal sealed class CallerResolver(BootstrapKey bootstrap, ServiceAccountKeys keys)
{
    private const string Scheme = "Bearer ";

    /// <exception cref="EntitlementException"><see cref="FailureReason.Unauthenticated"/>: it carries credentials that are not accepted.</exception>
    public async Task<Caller> ResolveAsync(HttpContext context)
    {
        var authorization = context.Request.Headers.Authorization;
        if (authorization.Count == 0)
        {
            return Caller.Anonymous.Instance;
        }

        // A comma is what a proxy leaves of two headers; no key holds one.
        if (authorization.Count > 1 || authorization[0]!.Contains(',', StringComparison.Ordinal))
        {
            throw CredentialRefusal.Duplicate();
        }

        var text = authorization[0]!;
        if (!text.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase)
            || !SecretToken.TryParse(text[Scheme.Length..], out var key)
            || key.Kind != TokenKind.ApiKey)
        {
            throw CredentialRefusal.Malformed();
        }

        return key.Id == BootstrapKey.Id
            ? await ResolveBootstrapAsync(key, context)
            : await ResolveServiceAccountAsync(key, context.RequestAborted);
    }

    private async Task<Caller> ResolveBootstrapAsync(SecretToken key, HttpContext context)
    {
        if (!bootstrap.Matches(key))
        {
            throw CredentialRefusal.Unknown();
        }

        if (!OwnerRule.IsOwner(context))
        {
            throw CredentialRefusal.NotFromLoopback();
        }

        // Asked at each call, so that the key ends with the commit of the first administrator and not some time after.
        return await keys.AnyAdministratorAsync(context.RequestAborted)
            ? throw CredentialRefusal.Superseded()
            : Caller.BootstrapAdministrator.Instance;
    }

    private async Task<Caller> ResolveServiceAccountAsync(SecretToken key, CancellationToken cancellationToken)
    {
        if (!key.HasRowId(out var id))
        {
            throw CredentialRefusal.Malformed();
        }

        var found = await keys.FindAsync(id, cancellationToken);
        return found is not null && found.HasSecret(key.Secret)
            ? new Caller.ServiceAccount(found.ServiceAccountId)
            : throw CredentialRefusal.Unknown();
    }
}
