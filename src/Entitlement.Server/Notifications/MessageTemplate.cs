using Entitlement.Domain.Notifications;

namespace Entitlement.Server.Notifications;

/// <summary>What mails are made by: a template for each kind of message, and a second one where that depends on the recipient.</summary>
internal enum TemplateKind
{
    Welcome,

    /// <summary>In the place of <see cref="Welcome"/> where passwords are switched off.</summary>
    WelcomeByIssuer,

    SupervisorAppointed,

    LicenseFile,

    PasswordReset,

    Invitation,

    SupervisorGone,

    ProductInvitation,
}

/// <summary>
/// What a message of one kind looks like: two files, <c>{kind}.txt</c>, whose first line is <c>Subject: …</c>, and
/// <c>{kind}.html</c>.
/// </summary>
internal sealed record MessageTemplate(TemplateText Subject, TemplateText Text, TemplateText Html)
{
    /// <summary>The placeholder of a link with a secret.</summary>
    public const string Link = "link";

    public const string LinkEnd = "link_end";

    /// <summary>The address of an OpenID Connect issuer.</summary>
    public const string Issuer = "issuer";

    private const string SubjectMark = "Subject: ";

    /// <summary>What every message can tell.</summary>
    private static readonly string[] Common = ["name", "address", "login_address", "service"];

    /// <summary>The template of a message.</summary>
    /// <param name="kind">What it is about.</param>
    /// <param name="byIssuer">Whether its recipient signs in with an issuer and has no password here.</param>
    public static TemplateKind KindOf(MessageKind kind, bool byIssuer) => kind switch
    {
        MessageKind.Welcome => byIssuer ? TemplateKind.WelcomeByIssuer : TemplateKind.Welcome,
        MessageKind.SupervisorAppointed => TemplateKind.SupervisorAppointed,
        MessageKind.LicenseFile => TemplateKind.LicenseFile,
        MessageKind.PasswordReset => TemplateKind.PasswordReset,
        MessageKind.Invitation => TemplateKind.Invitation,
        MessageKind.SupervisorGone => TemplateKind.SupervisorGone,
        MessageKind.ProductInvitation => TemplateKind.ProductInvitation,
    };

    /// <summary>The name of its files, such as <c>password_reset</c>.</summary>
    public static string FileName(TemplateKind kind) => kind switch
    {
        TemplateKind.Welcome => "welcome",
        TemplateKind.WelcomeByIssuer => "welcome_by_issuer",
        TemplateKind.SupervisorAppointed => "supervisor_appointed",
        TemplateKind.LicenseFile => "license_file",
        TemplateKind.PasswordReset => "password_reset",
        TemplateKind.Invitation => "invitation",
        TemplateKind.SupervisorGone => "supervisor_gone",
        TemplateKind.ProductInvitation => "product_invitation",
    };

    /// <summary>Whether it is made as the message is sent how the recipient comes in: by a link, or with an issuer.</summary>
    public static bool NeedsEntrance(MessageKind kind) => kind is MessageKind.Welcome or MessageKind.PasswordReset;

    /// <summary>Whether a link is made for it as it is sent; the template must show it then.</summary>
    public static bool HasLink(TemplateKind kind) => kind is TemplateKind.Welcome or TemplateKind.PasswordReset;

    /// <summary>The placeholders that it may use.</summary>
    public static IReadOnlyCollection<string> Placeholders(TemplateKind kind) =>
        [.. Common, .. HasLink(kind) ? [Link, LinkEnd] : Array.Empty<string>(), .. Own(kind)];

    /// <exception cref="FormatException">A file breaks a rule; the message begins with its name.</exception>
    public static MessageTemplate Parse(TemplateKind kind, string text, string html)
    {
        var (textFile, htmlFile) = ($"{FileName(kind)}.txt", $"{FileName(kind)}.html");
        var lines = text.ReplaceLineEndings("\n").Split('\n', 2);
        if (!lines[0].StartsWith(SubjectMark, StringComparison.Ordinal) || lines.Length == 1)
        {
            throw new FormatException($"{textFile} must begin with a line '{SubjectMark}…', followed by the text");
        }

        var template = new MessageTemplate(
            Read(textFile, lines[0][SubjectMark.Length..], kind),
            Read(textFile, lines[1].TrimStart('\n'), kind),
            Read(htmlFile, html, kind));
        if (template.Subject.Uses(Link))
        {
            throw new FormatException($"{textFile} must not show {{{{{Link}}}}} in its subject, because it is a secret");
        }

        return HasLink(kind) && !(template.Text.Uses(Link) && template.Html.Uses(Link))
            ? throw new FormatException($"{textFile} and {htmlFile} must each show {{{{{Link}}}}}, which is what the message is for")
            : template;
    }

    private static string[] Own(TemplateKind kind) => kind switch
    {
        TemplateKind.Welcome => ["account", "customer_number", "phone"],
        TemplateKind.WelcomeByIssuer => ["account", "customer_number", "phone", Issuer],
        TemplateKind.SupervisorAppointed => ["account", "customer_number"],
        TemplateKind.LicenseFile => ["product", "machine", "slc_ending", "valid_until"],
        TemplateKind.PasswordReset => [],
        TemplateKind.Invitation => ["account", "customer_number", "invitation", "invitation_end"],
        TemplateKind.SupervisorGone => ["account", "customer_number", "account_name"],
        TemplateKind.ProductInvitation => ["product", "roles", "invitation", "invitation_end"],
    };

    private static TemplateText Read(string file, string text, TemplateKind kind)
    {
        try
        {
            return TemplateText.Parse(text, Placeholders(kind));
        }
        catch (FormatException failure)
        {
            throw new FormatException($"{file} {failure.Message}", failure);
        }
    }
}
