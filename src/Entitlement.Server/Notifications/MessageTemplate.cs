using Entitlement.Domain.Notifications;

namespace Entitlement.Server.Notifications;

/// <summary>
/// What a message of one kind looks like: two files, <c>{kind}.txt</c>, whose first line is <c>Subject: …</c>, and
/// <c>{kind}.html</c>.
/// </summary>
internal sealed record MessageTemplate(TemplateText Subject, TemplateText Text, TemplateText Html)
{
    /// <summary>The placeholder of a link with a secret.</summary>
    public const string Link = "link";

    public const string LinkEnd = "link_end";

    private const string SubjectMark = "Subject: ";

    /// <summary>What every message can tell.</summary>
    private static readonly string[] Common = ["name", "address", "login_address", "service"];

    /// <summary>The name of its files, such as <c>password_reset</c>.</summary>
    public static string FileName(MessageKind kind) => kind switch
    {
        MessageKind.Welcome => "welcome",
        MessageKind.SupervisorAppointed => "supervisor_appointed",
        MessageKind.LicenseFile => "license_file",
        MessageKind.PasswordReset => "password_reset",
    };

    /// <summary>Whether a link is made for it as it is sent; its template must show it then.</summary>
    public static bool HasLink(MessageKind kind) => kind is MessageKind.Welcome or MessageKind.PasswordReset;

    /// <summary>The placeholders that its template may use.</summary>
    public static IReadOnlyCollection<string> Placeholders(MessageKind kind) =>
        [.. Common, .. HasLink(kind) ? [Link, LinkEnd] : Array.Empty<string>(), .. Own(kind)];

    /// <exception cref="FormatException">A file breaks a rule; the message begins with its name.</exception>
    public static MessageTemplate Parse(MessageKind kind, string text, string html)
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

    private static string[] Own(MessageKind kind) => kind switch
    {
        MessageKind.Welcome => ["account", "customer_number", "phone"],
        MessageKind.SupervisorAppointed => ["account", "customer_number"],
        MessageKind.LicenseFile => ["product", "machine", "slc_ending", "valid_until"],
        MessageKind.PasswordReset => [],
    };

    private static TemplateText Read(string file, string text, MessageKind kind)
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
