using Entitlement.Domain.Errors;
using Entitlement.Server.Access.Cache;
using Entitlement.Server.SignIn;

namespace Entitlement.Server.Access;

/// <summary>Finds out who calls, from the call's <c>authorization</c>. What carries credentials is judged by them alone.</summary>
internal sealed class CallerResolver(
    BootstrapKey bootstrap,
    ServiceAccountKeys keys,
    SessionTokens sessions,
    TokenVerifier tokens,
    IdentityLinks identities)
{
    private const string Scheme = "Bearer ";

    /// <param name="context">The call.</param>
    /// <param name="freshness">How fresh what is known of the credentials must be, and of all that is decided for the call.</param>
    /// <exception cref="EntitlementException">
    /// <see cref="FailureReason.Unauthenticated"/>: it carries credentials that are not accepted; or they can't be judged now.
    /// </exception>
    public async ValueTask<Caller> ResolveAsync(HttpContext context, Freshness freshness)
    {
        var authorization = context.Request.Headers.Authorization;
        if (authorization.Count == 0)
        {
            return Caller.Anonymous.Instance;
        }

        // A comma is what a proxy leaves of two headers; no token holds one.
        if (authorization.Count > 1 || authorization[0]!.Contains(',', StringComparison.Ordinal))
        {
            throw CredentialRefusal.Duplicate();
        }

        var text = authorization[0]!;
        return text.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase)
            ? await ResolveAsync(text, context, freshness)
            : throw CredentialRefusal.Malformed();
    }

    private async ValueTask<Caller> ResolveAsync(string authorization, HttpContext context, Freshness freshness)
    {
        if (SecretToken.TryParse(authorization.AsSpan(Scheme.Length), out var token))
        {
            return token.Kind switch
            {
                TokenKind.ApiKey when token.Id == BootstrapKey.Id => await ResolveBootstrapAsync(token, context),
                TokenKind.ApiKey => await keys.ResolveAsync(token, freshness, context.RequestAborted),
                TokenKind.Session => await sessions.ResolveAsync(token, freshness, context.RequestAborted),
                TokenKind.PasswordLink => throw CredentialRefusal.Malformed(),
            };
        }

        var text = authorization[Scheme.Length..];
        if (!TokenVerifier.IsToken(text))
        {
            throw CredentialRefusal.Malformed();
        }

        var verified = await tokens.VerifyAsync(text, context.RequestAborted);
        return await identities.ResolveAsync(verified, freshness, context.RequestAborted);
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
}
