using Entitlement.Domain.Names;

namespace Entitlement.Domain.Errors;

/// <content>What is told of messages.</content>
public static partial class Refusal
{
    /// <param name="message">The message.</param>
    /// <param name="at">When it was sent.</param>
    public static EntitlementException MessageSent(MessageName message, DateTimeOffset at) =>
        new(FailureReason.MessageSent,
            $"{message} was sent on {Text(at)}, and what it told is not kept. Ask for what it was about again.",
            ("message", $"{message}"), ("send_time", Text(at)));
}
