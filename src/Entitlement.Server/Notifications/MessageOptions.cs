using System.ComponentModel.DataAnnotations;
using System.Net;
using System.Net.Mail;
using System.Text;
using Microsoft.Extensions.Options;

namespace Entitlement.Server.Notifications;

/// <summary>Where messages go.</summary>
internal enum MessageTransport
{
    /// <summary>Into a folder, one <c>.eml</c> file each; nobody sends them.</summary>
    Folder,

    /// <summary>To a mail server.</summary>
    Smtp,
}

/// <summary>How a connection to the mail server is kept from others.</summary>
internal enum SmtpSecurity
{
    /// <summary>By STARTTLS; a server that does not offer it, or whose certificate is not trusted, gets nothing.</summary>
    StartTls,

    /// <summary>Not at all: for a relay on this machine.</summary>
    None,
}

/// <summary>How messages are sent. Section <c>Messages</c>; checked when the server starts.</summary>
internal sealed class MessageOptions : IValidatableObject
{
    public const string Section = "Messages";

    [EnumDataType(typeof(MessageTransport))]
    public MessageTransport Transport { get; init; } = MessageTransport.Folder;

    /// <summary>The folder of <see cref="MessageTransport.Folder"/>. Default: <c>mail</c> in the data directory.</summary>
    public string? Directory { get; init; }

    /// <summary>The mail server: a host name or an address. Required with <see cref="MessageTransport.Smtp"/>.</summary>
    public string? SmtpHost { get; init; }

    [Range(1, 65_535)]
    public int SmtpPort { get; init; } = 587;

    [EnumDataType(typeof(SmtpSecurity))]
    public SmtpSecurity SmtpSecurity { get; init; } = SmtpSecurity.StartTls;

    /// <summary>As whom the mail server is spoken to; none for a server that asks nobody.</summary>
    public string? SmtpUser { get; init; }

    /// <summary>Never logged.</summary>
    public string? SmtpPassword { get; init; }

    /// <summary>How long sending one message may take: 1 second to 5 minutes.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "00:05:00", ParseLimitsInInvariantCulture = true)]
    public TimeSpan SmtpTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>The sender's address. Required with <see cref="MessageTransport.Smtp"/>.</summary>
    public string From { get; init; } = "entitlement@localhost";

    /// <summary>The sender's name, also what the messages call this service.</summary>
    [Required]
    [StringLength(100)]
    public string FromName { get; init; } = "Entitlement";

    /// <summary>Where people sign in, as messages tell it: the address of your portal.</summary>
    [Required]
    public string LoginAddress { get; init; } = "http://localhost/";

    /// <summary>
    /// The page of your portal on which people set their password; the link's secret follows behind a <c>#</c>, which browsers
    /// send to no server. Default: <see cref="LoginAddress"/>.
    /// </summary>
    public string? SetPasswordAddress { get; init; }

    /// <summary>A folder with templates in the place of our own. Default: none.</summary>
    public string? TemplateDirectory { get; init; }

    /// <summary>How often it is looked for what is to be sent: 0.1 s to a minute.</summary>
    [Range(typeof(TimeSpan), "00:00:00.1", "00:01:00", ParseLimitsInInvariantCulture = true)]
    public TimeSpan SendInterval { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>The first pause after a failure; it doubles with each, up to an hour, and a random part is cut off.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "01:00:00", ParseLimitsInInvariantCulture = true)]
    public TimeSpan RetryAfter { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>For how long a message is tried: 1 minute to 30 days.</summary>
    [Range(typeof(TimeSpan), "00:01:00", "30.00:00:00", ParseLimitsInInvariantCulture = true)]
    public TimeSpan GiveUpAfter { get; init; } = TimeSpan.FromDays(2);

    /// <summary>How long a message is shown that was sent or given up: 1 to 365 days.</summary>
    [Range(typeof(TimeSpan), "1.00:00:00", "365.00:00:00", ParseLimitsInInvariantCulture = true)]
    public TimeSpan Retention { get; init; } = TimeSpan.FromDays(30);

    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (!IsAddress(From))
        {
            yield return Wrong(nameof(From), "must be an e-mail address of ASCII characters, such as licenses@example.com");
        }

        if (FromName.Any(char.IsControl))
        {
            yield return Wrong(nameof(FromName), "must not contain control characters");
        }

        if (!IsPage(LoginAddress))
        {
            yield return Wrong(nameof(LoginAddress), "must be an absolute http:// or https:// address without a fragment");
        }

        if (!string.IsNullOrEmpty(SetPasswordAddress) && !IsPage(SetPasswordAddress))
        {
            yield return Wrong(nameof(SetPasswordAddress), "must be an absolute http:// or https:// address without a fragment");
        }

        foreach (var result in Transport == MessageTransport.Smtp ? ValidateSmtp() : [])
        {
            yield return result;
        }
    }

    private IEnumerable<ValidationResult> ValidateSmtp()
    {
        if (Uri.CheckHostName(SmtpHost) == UriHostNameType.Unknown)
        {
            yield return Wrong(nameof(SmtpHost), "must be the name or the address of your mail server");
        }

        if (From == new MessageOptions().From)
        {
            yield return Wrong(nameof(From), "must be an address of yours where mail is sent by SMTP");
        }

        if (string.IsNullOrEmpty(SmtpUser) != string.IsNullOrEmpty(SmtpPassword))
        {
            yield return Wrong(nameof(SmtpUser), $"and {Section}:{nameof(SmtpPassword)} belong together: set both or none");
        }

        if (SmtpSecurity == SmtpSecurity.None && !string.IsNullOrEmpty(SmtpUser) && !IsLoopback(SmtpHost))
        {
            yield return Wrong(
                nameof(SmtpSecurity), $"is None, which would show the password to the network. Use {SmtpSecurity.StartTls}");
        }
    }

    private static bool IsAddress(string text) =>
        Ascii.IsValid(text) && MailAddress.TryCreate(text, out var address) && address.Address == text;

    private static bool IsPage(string text) =>
        Uri.TryCreate(text, UriKind.Absolute, out var page)
        && (page.Scheme == Uri.UriSchemeHttps || page.Scheme == Uri.UriSchemeHttp)
        && page.Fragment.Length == 0
        && page.UserInfo.Length == 0;

    private static bool IsLoopback(string? host) =>
        host == "localhost" || (IPAddress.TryParse(host, out var address) && IPAddress.IsLoopback(address));

    private static ValidationResult Wrong(string name, string rule) => new($"{Section}:{name} {rule}.");
}

[OptionsValidator]
internal sealed partial class MessageOptionsValidator : IValidateOptions<MessageOptions>;
