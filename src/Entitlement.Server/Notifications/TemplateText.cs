using System.Net;
using System.Text;

namespace Entitlement.Server.Notifications;

/// <summary>A text with placeholders, such as <c>{{name}}</c>, checked when it is read.</summary>
internal sealed class TemplateText
{
    private const string Opening = "{{";
    private const string Closing = "}}";

    /// <summary>Stands in the place of an empty value.</summary>
    private const string Nothing = "–";

    private readonly List<(string Text, bool IsPlaceholder)> _parts;

    private TemplateText(List<(string Text, bool IsPlaceholder)> parts) => _parts = parts;

    /// <param name="text">The template.</param>
    /// <param name="placeholders">Those that it may use.</param>
    /// <exception cref="FormatException">It uses another, or one without an end.</exception>
    public static TemplateText Parse(string text, IReadOnlyCollection<string> placeholders)
    {
        var parts = new List<(string, bool)>();
        var rest = 0;
        for (var begin = text.IndexOf(Opening, StringComparison.Ordinal);
            begin >= 0;
            begin = text.IndexOf(Opening, rest, StringComparison.Ordinal))
        {
            var end = text.IndexOf(Closing, begin, StringComparison.Ordinal);
            var name = end < 0 ? text[(begin + Opening.Length)..] : text[(begin + Opening.Length)..end];
            if (end < 0 || !placeholders.Contains(name, StringComparer.Ordinal))
            {
                throw new FormatException(
                    $"has the unknown placeholder {Opening}{Start(name)}; there are "
                    + string.Join(", ", placeholders.Select(known => $"{Opening}{known}{Closing}")));
            }

            parts.Add((text[rest..begin], false));
            parts.Add((name, true));
            rest = end + Closing.Length;
        }

        parts.Add((text[rest..], false));
        return new TemplateText(parts);
    }

    public bool Uses(string placeholder) => _parts.Contains((placeholder, true));

    public string ToText(IReadOnlyDictionary<string, string> values) => Render(values, value => value);

    /// <summary>No value can become markup, in a text or in an attribute within quotation marks.</summary>
    public string ToHtml(IReadOnlyDictionary<string, string> values) => Render(values, value => WebUtility.HtmlEncode(value));

    private string Render(IReadOnlyDictionary<string, string> values, Func<string, string> encode) =>
        string.Concat(_parts.Select(part => part.IsPlaceholder ? encode(OnOneLine(values[part.Text])) : part.Text));

    /// <summary>
    /// A value can't begin a line of its own, which might be a header or look like a sentence of ours, nor turn the order of
    /// what follows it around.
    /// </summary>
    private static string OnOneLine(string value)
    {
        if (string.IsNullOrWhiteSpace(value))
        {
            return Nothing;
        }

        var line = new StringBuilder(value.Length);
        foreach (var rune in value.EnumerateRunes())
        {
            line.Append(Breaks(rune) ? new Rune(' ') : rune);
        }

        return line.ToString();
    }

    /// <summary>Control characters, separators of lines, and what embeds, overrides or isolates a direction of writing.</summary>
    private static bool Breaks(Rune rune) =>
        Rune.IsControl(rune)
        || rune.Value is 0x2028 or 0x2029 or (>= 0x202A and <= 0x202E) or (>= 0x2066 and <= 0x2069);

    private static string Start(string name)
    {
        const int shown = 32;
        return name.Length > shown ? $"{name[..shown]}…" : $"{name}{Closing}";
    }
}
