using Entitlement.Domain.Errors;
using Entitlement.Domain.SignIn;
using Entitlement.Server.Abuse;
using Entitlement.Server.Access;
using Microsoft.Extensions.Options;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace Entitlement.Server.SignIn;

/// <summary>Checks tokens of the configured issuer: JSON Web Tokens that it signed for this service.</summary>
internal sealed class TokenVerifier(
    IOptions<OpenIdConnectOptions> options, IssuerKeys keys, VerificationQueue verifications, TimeProvider clock)
{
    /// <summary>Most characters of a token: some issuers put all groups of a person into theirs.</summary>
    public const int MaxLength = 16 * 1024;

    /// <summary>RFC 7519, section 5.1, and RFC 9068, section 4: what else an issuer signs, such as a logout, proves nothing here.</summary>
    private static readonly string[] Types = ["JWT", "at+jwt", "application/at+jwt"];

    private readonly JsonWebTokenHandler _handler = new() { MapInboundClaims = false };

    /// <summary>Whether a text is meant as a token of this kind.</summary>
    public static bool IsToken(string text) => text.AsSpan().Count('.') == 2;

    /// <exception cref="EntitlementException">
    /// <see cref="FailureReason.Unauthenticated"/>, <see cref="FailureReason.IssuerUnavailable"/> or
    /// <see cref="FailureReason.TooBusy"/>.
    /// </exception>
    public async Task<VerifiedToken> VerifyAsync(string text, CancellationToken cancellationToken)
    {
        if (!options.Value.IsConfigured)
        {
            throw TokenRefusal.Off();
        }

        // What costs nothing first: no key is fetched and no signature looked at for what can't be right anyway.
        var token = Read(text);
        if (!options.Value.AcceptedAlgorithms.Contains(token.Alg, StringComparer.Ordinal))
        {
            throw TokenRefusal.WrongAlgorithm(options.Value.Algorithms);
        }

        if (token.Issuer != options.Value.Issuer)
        {
            throw TokenRefusal.WrongIssuer(options.Value.Issuer!);
        }

        await RequireSignatureAsync(token, cancellationToken);
        RequireTime(token);
        return ReadClaims(token);
    }

    private JsonWebToken Read(string text)
    {
        try
        {
            var token = text.Length <= MaxLength ? _handler.ReadJsonWebToken(text) : throw CredentialRefusal.Malformed();

            // RFC 7515, section 4.1.11: what must be understood, and is not, refuses the token.
            return token.TryGetHeaderValue<object>("crit", out _) ? throw CredentialRefusal.Malformed() : token;
        }
        catch (Exception malformed) when (malformed is ArgumentException or SecurityTokenException)
        {
            throw CredentialRefusal.Malformed();
        }
    }

    private async Task RequireSignatureAsync(JsonWebToken token, CancellationToken cancellationToken)
    {
        var keyId = token.Kid is { Length: > 0 } named ? named : null;
        var current = await keys.GetAsync(keyId, cancellationToken);
        var candidates = keyId is null ? current : [.. current.Where(key => key.KeyId == keyId)];
        if (candidates.Count == 0)
        {
            throw TokenRefusal.UnknownKey(options.Value.Issuer!);
        }

        using (await verifications.EnterAsync(cancellationToken))
        {
            var result = await _handler.ValidateTokenAsync(token, Parameters(candidates));
            if (!result.IsValid)
            {
                throw Told(result.Exception);
            }
        }
    }

    private TokenValidationParameters Parameters(IReadOnlyList<SecurityKey> candidates) => new()
    {
        ValidIssuer = options.Value.Issuer,
        ValidAudience = options.Value.Audience,
        ValidAlgorithms = options.Value.AcceptedAlgorithms,
        ValidTypes = Types,
        IssuerSigningKeys = candidates,
        RequireSignedTokens = true,

        // By this service's clock, below.
        ValidateLifetime = false,
    };

    private EntitlementException Told(Exception failure) => failure switch
    {
        SecurityTokenInvalidAudienceException => TokenRefusal.WrongAudience(options.Value.Audience!),
        SecurityTokenInvalidIssuerException => TokenRefusal.WrongIssuer(options.Value.Issuer!),
        SecurityTokenInvalidTypeException => TokenRefusal.WrongType(),
        _ => TokenRefusal.BadSignature(options.Value.Issuer!),
    };

    private void RequireTime(JsonWebToken token)
    {
        var now = clock.GetUtcNow().UtcDateTime;

        // The package's own word for "none" in both.
        if (token.ValidTo == DateTime.MinValue || now >= token.ValidTo + options.Value.ClockSkew)
        {
            throw TokenRefusal.Expired();
        }

        if (token.ValidFrom != DateTime.MinValue && now < token.ValidFrom - options.Value.ClockSkew)
        {
            throw TokenRefusal.NotYetValid();
        }
    }

    private static VerifiedToken ReadClaims(JsonWebToken token)
    {
        if (token.Subject is not { } subject || !ExternalIdentity.IsSubject(subject))
        {
            throw TokenRefusal.NoSubject();
        }

        // A text "true" is no proof: only an issuer that means it writes the value that the specification asks for.
        var isVerified = token.TryGetPayloadValue<object>("email_verified", out var verified) && verified is true;
        var email = isVerified && token.TryGetPayloadValue<object>("email", out var address) ? address as string : null;
        return new VerifiedToken(token.Issuer, subject, email);
    }
}

/// <summary>What a token of the issuer proves.</summary>
/// <param name="Issuer">Who says so.</param>
/// <param name="Subject">Whom the issuer means; never given to somebody else.</param>
/// <param name="VerifiedEmail">As the issuer spells it; null when it does not say that the address is the subject's.</param>
internal sealed record VerifiedToken(string Issuer, string Subject, string? VerifiedEmail);
