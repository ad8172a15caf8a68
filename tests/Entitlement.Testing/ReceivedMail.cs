using System.Text;
using System.Text.RegularExpressions;

namespace Entitlement.Testing;

/// <summary>A mail as its recipient's program reads it (RFC 5322, 2045 to 2047).</summary>
internal sealed partial class ReceivedMail
{
    private readonly List<(string Name, string Value)> _headers;

    private ReceivedMail(string raw, IReadOnlyList<string> recipients, List<(string Name, string Value)> headers, List<MailPart> parts)
    {
        Raw = raw;
        Recipients = recipients;
        _headers = headers;
        Parts = parts;
    }

    /// <summary>As it was sent.</summary>
    public string Raw { get; }

    /// <summary>To whom the mail server was told to deliver it.</summary>
    public IReadOnlyList<string> Recipients { get; }

    /// <summary>All that is no container of others, in order.</summary>
    public IReadOnlyList<MailPart> Parts { get; }

    public IEnumerable<string> HeaderNames => _headers.Select(header => header.Name);

    public string Subject => Header("Subject");

    public string MessageId => Header("Message-ID");

    public string Text => Part("text/plain").Text;

    public string Html => Part("text/html").Text;

    public static ReceivedMail Parse(string raw, IReadOnlyList<string> recipients)
    {
        var (headers, body) = Split(raw);
        return new ReceivedMail(raw, recipients, headers, [.. PartsOf(headers, body)]);
    }

    /// <summary>Decoded; throws unless the mail has exactly one.</summary>
    public string Header(string name) => Decode(Find(_headers, name));

    public MailPart Part(string type) => Parts.Single(part => part.Type.StartsWith(type, StringComparison.OrdinalIgnoreCase));

    private static string Find(List<(string Name, string Value)> headers, string name) =>
        headers.Single(header => header.Name.Equals(name, StringComparison.OrdinalIgnoreCase)).Value;

    private static IEnumerable<MailPart> PartsOf(List<(string Name, string Value)> headers, string body)
    {
        var type = Find(headers, "Content-Type");
        if (!type.StartsWith("multipart/", StringComparison.OrdinalIgnoreCase))
        {
            return [new MailPart(type, Convert.FromBase64String(body.Replace("\r\n", "", StringComparison.Ordinal)))];
        }

        var boundary = Boundary().Match(type).Groups["boundary"].Value;
        return body.Split($"--{boundary}", StringSplitOptions.None)[1..^1].SelectMany(part =>
        {
            var (inner, content) = Split(part.TrimStart());
            return PartsOf(inner, content);
        });
    }

    private static (List<(string Name, string Value)> Headers, string Body) Split(string text)
    {
        var parts = text.Split("\r\n\r\n", 2);
        var headers = Folding().Replace(parts[0], " ")
            .Split("\r\n", StringSplitOptions.RemoveEmptyEntries)
            .Select(line => line.Split(':', 2))
            .Select(line => (line[0], line[1].Trim()));
        return ([.. headers], parts[1]);
    }

    /// <summary>Encoded words; the space between two of them is not part of the text.</summary>
    private static string Decode(string value) => EncodedWord().Replace(BetweenWords().Replace(value, "?=${next}"), match =>
    {
        var text = match.Groups["text"].Value;
        var bytes = match.Groups["encoding"].Value is "B" or "b"
            ? Convert.FromBase64String(text)
            : Encoding.Latin1.GetBytes(QuotedByte().Replace(
                text.Replace('_', ' '), hex => $"{(char)Convert.ToByte(hex.Groups["hex"].Value, 16)}"));
        return Encoding.GetEncoding(match.Groups["charset"].Value).GetString(bytes);
    });

    [GeneratedRegex("boundary=\"?(?<boundary>[^\";\r\n]+)\"?", RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking)]
    private static partial Regex Boundary();

    [GeneratedRegex(@"\r\n[ \t]+", RegexOptions.NonBacktracking)]
    private static partial Regex Folding();

    [GeneratedRegex(@"=\?(?<charset>[^?]+)\?(?<encoding>[BbQq])\?(?<text>[^?]*)\?=", RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking)]
    private static partial Regex EncodedWord();

    [GeneratedRegex(@"\?=\s+(?<next>=\?)", RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking)]
    private static partial Regex BetweenWords();

    [GeneratedRegex("=(?<hex>[0-9A-Fa-f]{2})", RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking)]
    private static partial Regex QuotedByte();
}

/// <summary>One part of a mail.</summary>
/// <param name="Type">Its content type with parameters.</param>
/// <param name="Content">Decoded.</param>
internal sealed record MailPart(string Type, byte[] Content)
{
    public string Text => Encoding.UTF8.GetString(Content);
}
