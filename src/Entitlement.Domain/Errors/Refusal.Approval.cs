using Entitlement.Domain.Activations;
using Entitlement.Domain.Names;

namespace Entitlement.Domain.Errors;

/// <summary>Refusals of requests that somebody must approve.</summary>
public static partial class Refusal
{
    /// <param name="license">The license that is asked for.</param>
    /// <param name="retryAfter">How long until room may be left to park it; null where that is not what is missing.</param>
    public static EntitlementException ActivationNeedsApproval(LicenseName license, TimeSpan? retryAfter = null) =>
        new(FailureReason.ActivationNeedsApproval,
            $"A request for {license} needs an approval, and too many wait already. Send the request file to somebody "
            + "who may approve it and hand it in, or send it again later.",
            ("license", $"{license}"))
        {
            RetryAfter = retryAfter,
        };

    /// <param name="parked">The request that waits.</param>
    /// <param name="retryAfter">How much later its product should ask again.</param>
    public static EntitlementException AwaitingApproval(ParkedRequest parked, TimeSpan retryAfter) =>
        new(FailureReason.AwaitingApproval,
            $"The request waits for an approval since {Text(parked.CreateTime)} as {parked.Name}, until "
            + $"{Text(parked.ExpireTime)} at most. Keep it, and send the same file again later.",
            ("license", $"{parked.Name.License}"), ("parked_request", $"{parked.Name}"),
            ("create_time", Text(parked.CreateTime)), ("expire_time", Text(parked.ExpireTime)))
        {
            RetryAfter = retryAfter,
        };

    /// <param name="parked">A request that was rejected.</param>
    public static EntitlementException ApprovalRejected(ParkedRequest parked)
    {
        var at = Text(parked.DecideTime ?? parked.CreateTime);
        return new EntitlementException(
            FailureReason.ApprovalRejected,
            $"The request was rejected on {at}: {parked.Rejection} Ask whoever gives the seats of {parked.Name.License}.",
            [
                ("license", $"{parked.Name.License}"), ("parked_request", $"{parked.Name}"), ("decide_time", at),
                ("rejection", parked.Rejection ?? ""),
            ]);
    }

    /// <param name="parked">The request that is not to be decided any more.</param>
    /// <param name="state">What it came to: <c>APPROVED</c> or <c>EXPIRED</c>.</param>
    /// <param name="at">Since when.</param>
    public static EntitlementException ParkedRequestClosed(ParkedRequestName parked, string state, DateTimeOffset at) =>
        new(FailureReason.ParkedRequestClosed,
            $"{parked} is {state} since {Text(at)} and can't be decided any more. A new request is parked anew.",
            ("parked_request", $"{parked}"), ("state", state), ("close_time", Text(at)));
}
