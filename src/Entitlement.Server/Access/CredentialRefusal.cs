using Entitlement.Domain.Errors;

namespace Entitlement.Server.Access;

/// <summary>Every way in which credentials are not accepted. None of them says whether an id exists.</summary>
internal static class CredentialRefusal
{
    public static EntitlementException Missing() => Refusal.Unauthenticated(
        "missing",
        "This call needs credentials. Send the metadata 'authorization: Bearer <token>' with an API key, the token of a session, "
        + "or one of the issuer that this service trusts.");

    public static EntitlementException Duplicate() => Refusal.Unauthenticated(
        "duplicate", "The call carries more than one authorization, or asks for one and carries another. Send one.");

    public static EntitlementException Malformed() => Refusal.Unauthenticated(
        "malformed",
        "The authorization is not of the form 'Bearer <token>', with an API key or the token of a session as this service hands "
        + "them out, or a signed JSON Web Token.");

    public static EntitlementException Unknown() => Refusal.Unauthenticated(
        "unknown", "This API key or session is not known here. Check that it is of this service and was not replaced.");

    public static EntitlementException KeyExpired(DateTimeOffset at) => Refusal.Unauthenticated(
        "expired", $"This API key ended on {at.UtcDateTime:yyyy-MM-dd'T'HH:mm:ss'Z'}. Use another.");

    public static EntitlementException KeyRevoked(DateTimeOffset at) => Refusal.Unauthenticated(
        "revoked", $"This API key was revoked on {at.UtcDateTime:yyyy-MM-dd'T'HH:mm:ss'Z'}. Use another.");

    public static EntitlementException SessionExpired() => Refusal.Unauthenticated(
        "expired", "This session has ended: its time is over, or it was not used for too long. Sign in again.");

    public static EntitlementException SessionEnded() => Refusal.Unauthenticated(
        "revoked", "This session was ended. Sign in again.");

    public static EntitlementException SwitchedOff() => Refusal.Unauthenticated(
        "switched_off", "You are switched off here. Ask an administrator of your account.");

    public static EntitlementException SessionRequired() => Refusal.Unauthenticated(
        "session_required", "This call is for people who signed in by password. Send the token of a session.");

    public static EntitlementException NotFromLoopback() => Refusal.Unauthenticated(
        "not_from_loopback",
        "The bootstrap key works only from the machine of the service itself, without a proxy. "
        + "Make an administrator there with 'admin create' and use its key.");

    public static EntitlementException Superseded() => Refusal.Unauthenticated(
        "superseded", "The bootstrap key ended when the first administrator was made. Use an administrator's key.");
}
