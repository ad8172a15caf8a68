using System.Net.Mail;
using System.Net.Mime;
using System.Text;
using Entitlement.Domain.Notifications;
using Microsoft.Extensions.Options;

namespace Entitlement.Server.Notifications;

/// <summary>Makes mails of messages.</summary>
internal sealed class MailRoom(MessageTemplates templates, IOptions<MessageOptions> options)
{
    /// <param name="message">What to tell.</param>
    /// <param name="entrance">How the recipient comes in; null where its kind does not tell.</param>
    /// <param name="file">The license file to attach; null for none.</param>
    /// <exception cref="FormatException">The recipient's address is none.</exception>
    public MailMessage Compose(OutboxMessage message, Entrance? entrance, byte[]? file)
    {
        var kind = MessageTemplate.KindOf(message.Kind, byIssuer: entrance is Entrance.Issuer);
        var template = templates[kind];
        var values = ValuesOf(kind, message, entrance);
        var from = options.Value.From;
        var mail = new MailMessage
        {
            From = new MailAddress(from, InHeader(options.Value.FromName), Encoding.UTF8),
            Subject = InHeader(template.Subject.ToText(values)),
            SubjectEncoding = Encoding.UTF8,
            Body = template.Text.ToText(values),
            BodyEncoding = Encoding.UTF8,
            BodyTransferEncoding = TransferEncoding.Base64,
        };
        mail.To.Add(new MailAddress(RequireAscii(message.Address), InHeader(message.Name), Encoding.UTF8));

        // The id is the message's own, so that one which is sent twice is known to be the same.
        mail.Headers.Add("Message-ID", $"<{message.Id}@{new MailAddress(from).Host}>");
        mail.Headers.Add("Auto-Submitted", "auto-generated");
        var html = AlternateView.CreateAlternateViewFromString(template.Html.ToHtml(values), Encoding.UTF8, MediaTypeNames.Text.Html);
        html.TransferEncoding = TransferEncoding.Base64;
        mail.AlternateViews.Add(html);
        if (file is not null)
        {
            mail.Attachments.Add(LicenseFile(file, values["slc_ending"]));
        }

        return mail;
    }

    private Dictionary<string, string> ValuesOf(TemplateKind kind, OutboxMessage message, Entrance? entrance)
    {
        var values = MessageTemplate.Placeholders(kind).ToDictionary(name => name, _ => "", StringComparer.Ordinal);
        foreach (var (name, value) in message.ReadValues())
        {
            values[name] = value;
        }

        values["name"] = message.Name;
        values["address"] = message.Address;
        values["login_address"] = options.Value.LoginAddress;
        values["service"] = options.Value.FromName;
        if (entrance is Entrance.Issuer issuer)
        {
            values[MessageTemplate.Issuer] = issuer.Address;
        }
        else if (entrance is Entrance.Link link)
        {
            var page = string.IsNullOrEmpty(options.Value.SetPasswordAddress)
                ? options.Value.LoginAddress
                : options.Value.SetPasswordAddress;
            values[MessageTemplate.Link] = $"{page}#{link.Secret}";
            values[MessageTemplate.LinkEnd] = MessageContent.Tell(link.EndTime);
        }

        return values;
    }

    private static Attachment LicenseFile(byte[] file, string slcEnding)
    {
        var name = $"license-{string.Concat(slcEnding.Where(char.IsAsciiLetterOrDigit))}.lic";
        return new Attachment(new MemoryStream(file, writable: false), name, "application/jose")
        {
            TransferEncoding = TransferEncoding.Base64,
        };
    }

    /// <summary>
    /// What ends a header or a quoted name would let a name add headers or recipients; the framework puts a name of ASCII between
    /// quotation marks as it is. What looks like an encoded word would be decoded by readers that are too kind.
    /// </summary>
    private static string InHeader(string text)
    {
        var header = new StringBuilder(text.Length);
        foreach (var rune in text.EnumerateRunes())
        {
            header.Append(rune.Value switch
            {
                '"' => new Rune('\''),
                '\\' => new Rune('/'),
                _ when Rune.IsControl(rune) => new Rune(' '),
                _ => rune,
            });
        }

        return header.ToString().Replace("=?", "= ?", StringComparison.Ordinal).Trim();
    }

    /// <summary>An address with other letters needs a mail server that takes them, which not every recipient's does.</summary>
    private static string RequireAscii(string address) =>
        Ascii.IsValid(address) && !address.Any(char.IsWhiteSpace)
            ? address
            : throw new FormatException("The address has characters that a mail server may not take.");
}
