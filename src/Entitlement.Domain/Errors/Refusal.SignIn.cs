using Entitlement.Domain.Names;

namespace Entitlement.Domain.Errors;

/// <content>Refusals of signing in, and of what proves who somebody is.</content>
public static partial class Refusal
{
    /// <summary>The same whatever was wrong: nobody learns from it whether an address is known here.</summary>
    public static EntitlementException SignInFailed() =>
        new(FailureReason.SignInFailed,
            "The address or the password is wrong, or too many tries failed lately. Check both; wait a while after several "
            + "tries, or ask for a link to set the password.");

    public static EntitlementException PasswordChangeRequired(DateTimeOffset until) =>
        new(FailureReason.PasswordChangeRequired,
            $"This is an initial password, good until {Text(until)} for choosing one of your own. Sign in with it and send "
            + "new_password along.",
            ("expire_time", Text(until)));

    public static EntitlementException InitialPasswordExpired(DateTimeOffset at) =>
        new(FailureReason.InitialPasswordExpired,
            $"The initial password ended on {Text(at)}. Ask for a link to set the password.",
            ("expire_time", Text(at)));

    public static EntitlementException PasswordLinkUnknown() => PasswordLinkInvalid(
        "unknown", "This is no token of a link to set a password. Copy all of it out of the message, or ask for another link.");

    public static EntitlementException PasswordLinkUsed(DateTimeOffset at) => PasswordLinkInvalid(
        "used", $"The password was set by this link on {Text(at)}. If it was not you who did, ask for another link at once.", at);

    public static EntitlementException PasswordLinkEnded(DateTimeOffset at) => PasswordLinkInvalid(
        "superseded", $"The password was changed on {Text(at)}, which ended this link. Sign in, or ask for another link.", at);

    public static EntitlementException PasswordLinkExpired(DateTimeOffset at) => PasswordLinkInvalid(
        "expired", $"This link ended on {Text(at)}. Ask for another link.", at);

    public static EntitlementException IdentityTaken() =>
        new(FailureReason.IdentityTaken,
            "The issuer's subject is somebody else here. Look at the token's sub again, or have the other one unlinked first.",
            ("field", "subject"));

    public static EntitlementException IdentityLinked(UserName user, string issuer) =>
        new(FailureReason.IdentityLinked,
            $"{user} has another subject of {issuer}. Unlink that first, if it is not theirs any more.",
            ("user", $"{user}"), ("issuer", issuer));

    /// <param name="issuer">Where people sign in instead.</param>
    public static EntitlementException PasswordsOff(string issuer) =>
        new(FailureReason.PasswordsOff,
            $"Passwords are switched off here. Sign in at {issuer}, and call with the token that it gives you.",
            ("issuer", issuer));

    /// <param name="issuer">Whose keys can't be had.</param>
    public static EntitlementException IssuerUnavailable(string issuer) =>
        new(FailureReason.IssuerUnavailable,
            $"The keys of {issuer} can't be fetched, so that its tokens can't be checked. Send the same call again.",
            ("issuer", issuer));

    private static EntitlementException PasswordLinkInvalid(string cause, string advice, DateTimeOffset? at = null) =>
        new(FailureReason.PasswordLinkInvalid, advice, at is { } time ? [("cause", cause), ("time", Text(time))] : [("cause", cause)]);
}
