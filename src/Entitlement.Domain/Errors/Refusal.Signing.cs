namespace Entitlement.Domain.Errors;

/// <summary>The refusals that keys and the halt switch give.</summary>
public static partial class Refusal
{
    /// <summary>
    /// How long a product should wait before it asks again: an administrator's decision takes its time, and each machine
    /// that runs has a license file.
    /// </summary>
    private static readonly TimeSpan WhileHalted = TimeSpan.FromMinutes(10);

    /// <summary>How long until a server notices that its key was revoked, and signs with another.</summary>
    private static readonly TimeSpan UntilNextKey = TimeSpan.FromSeconds(15);

    /// <summary>Says nothing of why: that is the operator's own business.</summary>
    public static EntitlementException IssuingHalted(DateTimeOffset since) =>
        new(FailureReason.IssuingHalted,
            $"The operator of this service halted the issuing of license files on {Text(since)}. Files that were issued before "
            + "go on; send the same request again later.",
            ("halt_time", Text(since)))
        {
            RetryAfter = WhileHalted,
        };

    /// <param name="keyId">The <c>kid</c> of the revoked key.</param>
    public static EntitlementException SigningKeyRevoked(string keyId) =>
        new(FailureReason.SigningKeyRevoked,
            $"The signing key {keyId} of this service was revoked, and signs nothing any more. Send the same request again; "
            + "if that does not help, its operator must install another key.",
            ("kid", keyId))
        {
            RetryAfter = UntilNextKey,
        };

    /// <param name="code">The broken rule, as the contract names it.</param>
    /// <param name="member">Where it is broken.</param>
    /// <param name="rule">The rule in words, as the end of a sentence.</param>
    /// <param name="message">All of it, and what to do.</param>
    public static EntitlementException KeyRevocationListInvalid(string code, string member, string rule, string message) =>
        new(FailureReason.KeyRevocationListInvalid, message, ("code", code), ("member", member), ("rule", rule));

    /// <param name="number">Of the list that was handed in.</param>
    /// <param name="newest">Of the newest list that is published.</param>
    public static EntitlementException KeyRevocationListOutdated(long number, long newest) =>
        new(FailureReason.KeyRevocationListOutdated,
            $"The list has the number {number}, and list {newest} is published. Get that one ('entitle keys krl'), and revoke "
            + "on its basis.",
            ("number", Text(number)), ("newest", Text(newest)));
}
