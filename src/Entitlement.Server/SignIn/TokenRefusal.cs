using Entitlement.Domain.Errors;

namespace Entitlement.Server.SignIn;

/// <summary>Every way in which a token of an issuer is not accepted.</summary>
internal static class TokenRefusal
{
    public static EntitlementException Off() => Refusal.Unauthenticated(
        "oidc_off", "This service takes no tokens of an OpenID Connect issuer. Sign in by password, or use an API key.");

    public static EntitlementException WrongAlgorithm(string accepted) => Refusal.Unauthenticated(
        "wrong_algorithm", $"The token is not signed by one of {accepted}.");

    public static EntitlementException WrongIssuer(string issuer) => Refusal.Unauthenticated(
        "wrong_issuer", $"The token is not one of {issuer}, whose tokens this service takes.");

    public static EntitlementException WrongAudience(string audience) => Refusal.Unauthenticated(
        "wrong_audience", $"The token is not meant for this service: its audience must be {audience}.");

    public static EntitlementException WrongType() => Refusal.Unauthenticated(
        "wrong_type", "The token is of another type than JWT or at+jwt. Use an access token.");

    public static EntitlementException UnknownKey(string issuer) => Refusal.Unauthenticated(
        "unknown_key", $"The token names a key that {issuer} does not publish. Get a new token.");

    public static EntitlementException BadSignature(string issuer) => Refusal.Unauthenticated(
        "bad_signature", $"The token's signature is not one of {issuer}.");

    public static EntitlementException Expired() => Refusal.Unauthenticated(
        "expired", "The token's time is over, or it has no end. Get a new one.");

    public static EntitlementException NotYetValid() => Refusal.Unauthenticated(
        "not_yet_valid", "The token's time has not come yet. Compare the clocks of its issuer and of this service.");

    public static EntitlementException NoSubject() => Refusal.Unauthenticated(
        "no_subject", "The token has no sub of 1 to 255 printable ASCII characters, so it says nothing of who you are.");

    public static EntitlementException NotLinked() => Refusal.Unauthenticated(
        "not_linked",
        "The issuer's subject is linked with nobody here. Ask an administrator of this service to link it with you.");
}
