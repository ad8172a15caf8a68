using Entitlement.Domain.Errors;

namespace Entitlement.Server.Access;

/// <summary>Finds out who calls, from the call's <c>authorization</c>. What carries credentials is judged by them alone.</summary>
internal sealed class CallerResolver(BootstrapKey bootstrap)
{
    private const string Scheme = "Bearer ";

    /// <exception cref="EntitlementException"><see cref="FailureReason.Unauthenticated"/>: it carries credentials that are not accepted.</exception>
    public Caller Resolve(HttpContext context)
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
        if (!text.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase) || !ApiKey.TryParse(text[Scheme.Length..], out var key))
        {
            throw CredentialRefusal.Malformed();
        }

        return key.Id == ApiKey.BootstrapId ? ResolveBootstrap(key, context) : throw CredentialRefusal.Unknown();
    }

    private Caller.BootstrapAdministrator ResolveBootstrap(ApiKey key, HttpContext context)
    {
        if (!bootstrap.Matches(key))
        {
            throw CredentialRefusal.Unknown();
        }

        return OwnerRule.IsOwner(context) ? Caller.BootstrapAdministrator.Instance : throw CredentialRefusal.NotFromLoopback();
    }
}
