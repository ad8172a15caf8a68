using System.Net.Mail;

namespace Entitlement.Server.Notifications;

/// <summary>Hands mails over to where they go on from.</summary>
internal abstract class MailTransport
{
    /// <summary>Where that is, for the log.</summary>
    public abstract string Destination { get; }

    /// <param name="id">The message's own, by which a repeated one is known.</param>
    /// <param name="mail">What to hand over.</param>
    /// <param name="cancellationToken">Stops where it can't be known any more whether it was taken.</param>
    /// <exception cref="DeliveryException">It was not taken, or it is not known whether it was.</exception>
    public abstract Task SendAsync(Guid id, MailMessage mail, CancellationToken cancellationToken);
}

/// <summary>What stands in the way of a mail.</summary>
internal enum DeliveryFault
{
    /// <summary>Nothing can be sent at the moment.</summary>
    Unavailable,

    /// <summary>This one is not taken at the moment; others may be.</summary>
    Refused,

    /// <summary>This one will never be taken, so it is not tried again.</summary>
    RefusedForGood,
}

/// <summary>A mail that was not handed over.</summary>
/// <param name="message">Why, for an administrator; it may name the recipient, so it is not for the log.</param>
/// <param name="fault">What it means for the next try.</param>
/// <param name="innerException">The cause.</param>
internal sealed class DeliveryException(string message, DeliveryFault fault, Exception? innerException = null)
    : Exception(message, innerException)
{
    public DeliveryFault Fault { get; } = fault;
}
