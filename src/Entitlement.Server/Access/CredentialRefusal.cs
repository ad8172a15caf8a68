using Entitlement.Domain.Errors;

namespace Entitlement.Server.Access;

/// <summary>Every way in which credentials are not accepted. None of them says whether an id exists.</summary>
internal static class CredentialRefusal
{
    public static EntitlementException Missing() => Refusal.Unauthenticated(
        "missing", "This call needs credentials. Send the metadata 'authorization: Bearer <API key>'.");

    public static EntitlementException Duplicate() => Refusal.Unauthenticated(
        "duplicate", "The call carries more than one authorization. Send one.");

    public static EntitlementException Malformed() => Refusal.Unauthenticated(
        "malformed", "The authorization is not of the form 'Bearer <API key>', with a key as this service hands them out.");

    public static EntitlementException Unknown() => Refusal.Unauthenticated(
        "unknown", "This API key is not known here. Check that it is of this service and was not replaced.");

    public static EntitlementException NotFromLoopback() => Refusal.Unauthenticated(
        "not_from_loopback",
        "The bootstrap key works only from the machine of the service itself, without a proxy. "
        + "Make an administrator there with 'admin create' and use its key.");

    public static EntitlementException Superseded() => Refusal.Unauthenticated(
        "superseded", "The bootstrap key ended when the first administrator was made. Use an administrator's key.");
}
