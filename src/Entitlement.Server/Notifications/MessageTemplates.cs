using System.Collections.Frozen;
using System.Text;
using Entitlement.Server.Hosting;
using Microsoft.Extensions.Options;

namespace Entitlement.Server.Notifications;

/// <summary>The template of each kind: an operator's where there is one, else our own. Read once, when the server starts.</summary>
internal sealed class MessageTemplates(IOptions<MessageOptions> options)
{
    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private FrozenDictionary<TemplateKind, MessageTemplate>? _templates;

    public MessageTemplate this[TemplateKind kind] =>
        (_templates ?? throw new InvalidOperationException("The templates are not loaded."))[kind];

    /// <exception cref="StartRefusedException">An operator's template breaks a rule.</exception>
    public void Load()
    {
        var folder = options.Value.TemplateDirectory;
        try
        {
            RequireKnown(folder);
            _templates = Enum.GetValues<TemplateKind>().ToFrozenDictionary(kind => kind, kind => Load(folder, kind));
        }
        catch (Exception failure) when (failure is FormatException or IOException or UnauthorizedAccessException or DecoderFallbackException)
        {
            throw new StartRefusedException(
                $"A template of messages can't be used: {failure.Message.TrimEnd('.')}. Correct the files in {folder}, which "
                + $"{MessageOptions.Section}:{nameof(MessageOptions.TemplateDirectory)} names.",
                inner: failure);
        }
    }

    private static MessageTemplate Load(string? folder, TemplateKind kind)
    {
        var name = MessageTemplate.FileName(kind);
        var (text, html) = ($"{name}.txt", $"{name}.html");
        if (string.IsNullOrEmpty(folder) || (!Has(folder, text) && !Has(folder, html)))
        {
            return MessageTemplate.Parse(kind, ReadOwn(text), ReadOwn(html));
        }

        // Half of a template of theirs and half of ours would be a mail with two faces.
        return Has(folder, text) && Has(folder, html)
            ? MessageTemplate.Parse(kind, ReadFile(folder, text), ReadFile(folder, html))
            : throw new FormatException($"{text} and {html} belong together, and one of them is missing");
    }

    /// <summary>A mistyped name would silently leave our own template in force.</summary>
    private static void RequireKnown(string? folder)
    {
        if (string.IsNullOrEmpty(folder))
        {
            return;
        }

        var known = Enum.GetValues<TemplateKind>()
            .Select(MessageTemplate.FileName)
            .SelectMany(name => new[] { $"{name}.txt", $"{name}.html" })
            .ToList();

        // What orchestrators and editors keep beside files begins with a dot.
        var unknown = Directory.EnumerateFiles(folder)
            .Select(file => Path.GetFileName(file))
            .FirstOrDefault(file => !file.StartsWith('.') && !known.Contains(file, StringComparer.Ordinal));
        if (unknown is not null)
        {
            throw new FormatException($"{unknown} is no template; there are {string.Join(", ", known)}");
        }
    }

    private static bool Has(string folder, string file) => File.Exists(Path.Combine(folder, file));

    private static string ReadFile(string folder, string file) => File.ReadAllText(Path.Combine(folder, file), Utf8);

    private static string ReadOwn(string file)
    {
        using var stream = typeof(MessageTemplates).Assembly.GetManifestResourceStream($"templates/{file}")
            ?? throw new InvalidOperationException($"The template {file} is not part of the server.");
        using var reader = new StreamReader(stream, Utf8);
        return reader.ReadToEnd();
    }
}
