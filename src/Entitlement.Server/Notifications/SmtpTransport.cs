using System.Net;
using System.Net.Mail;
using System.Security.Authentication;
using Microsoft.Extensions.Options;

namespace Entitlement.Server.Notifications;

/// <summary>Sends mails to a mail server, by the framework's client: one that does more is not on every registry.</summary>
internal sealed class SmtpTransport(IOptions<MessageOptions> options, TimeProvider clock) : MailTransport
{
    public override string Destination => $"{options.Value.SmtpHost}:{options.Value.SmtpPort}";

    public override async Task SendAsync(Guid id, MailMessage mail, CancellationToken cancellationToken)
    {
        using var client = Connect();
        try
        {
            // The client hears no cancellation while it waits for an answer; its own time limit ends what is left to it here.
            await client.SendMailAsync(mail, cancellationToken).WaitAsync(options.Value.SmtpTimeout, clock, cancellationToken);
        }
        catch (SmtpException failure)
        {
            throw new DeliveryException(Describe(failure), FaultOf(failure), failure);
        }
        catch (AuthenticationException failure)
        {
            throw new DeliveryException($"The mail server's certificate is not trusted: {failure.Message}", DeliveryFault.Unavailable, failure);
        }
        catch (Exception failure) when (failure is IOException or InvalidOperationException)
        {
            throw new DeliveryException($"The mail server broke off: {failure.Message}", DeliveryFault.Unavailable, failure);
        }
        catch (TimeoutException failure)
        {
            throw new DeliveryException(
                $"The mail server did not take it within {options.Value.SmtpTimeout}.", DeliveryFault.Unavailable, failure);
        }
    }

    private SmtpClient Connect()
    {
        var settings = options.Value;
        return new SmtpClient(settings.SmtpHost, settings.SmtpPort)
        {
            // STARTTLS, and nothing without it: a server that does not offer it is refused.
            EnableSsl = settings.SmtpSecurity == SmtpSecurity.StartTls,
            UseDefaultCredentials = false,
            Timeout = (int)settings.SmtpTimeout.TotalMilliseconds,
            Credentials = string.IsNullOrEmpty(settings.SmtpUser)
                ? null
                : new NetworkCredential(settings.SmtpUser, settings.SmtpPassword),
        };
    }

    /// <summary>
    /// Only what the server says of the recipient is about this mail. What it says of the sender, or of us, is the operator's to
    /// put right meanwhile.
    /// </summary>
    private static DeliveryFault FaultOf(SmtpException failure) => failure switch
    {
        SmtpFailedRecipientException
        {
            StatusCode: SmtpStatusCode.MailboxUnavailable
                or SmtpStatusCode.MailboxNameNotAllowed
                or SmtpStatusCode.UserNotLocalTryAlternatePath
        } => DeliveryFault.RefusedForGood,
        SmtpFailedRecipientException => DeliveryFault.Refused,
        _ => DeliveryFault.Unavailable,
    };

    private static string Describe(SmtpException failure) => failure.InnerException is { } cause
        ? $"{failure.StatusCode}: {failure.Message} {cause.Message}"
        : $"{failure.StatusCode}: {failure.Message}";
}
