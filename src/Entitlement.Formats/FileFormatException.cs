using System.Text;
using System.Text.Json;

namespace Entitlement.Formats;

/// <summary>
/// A file that is refused: which member, which rule, what to do. It is the only exception that reading a file throws
/// for what the file holds. No value of the file stands in it, but for short names that say what kind of file it is.
/// </summary>
public sealed class FileFormatException : FormatException
{
    private const int ShownLength = 64;

    internal FileFormatException(FileFormatCode code, string member, string rule, string remedy,
        Exception? inner = null)
        : base($"{member} {rule}. {remedy}", inner)
    {
        Code = code;
        Member = member;
        Rule = rule;
        Remedy = remedy;
    }

    public FileFormatCode Code { get; }

    /// <summary>
    /// Path of the member, such as <c>machine.components.mac[3]</c> or <c>header.jwk.x</c>; <c>file</c>, <c>header</c>,
    /// <c>payload</c> or <c>signature</c> where a whole part is meant.
    /// </summary>
    public string Member { get; }

    /// <summary>The rule, as a predicate of <see cref="Member"/>: "must be …", "is missing".</summary>
    public string Rule { get; }

    /// <summary>What the maker or the holder of the file can do. One sentence.</summary>
    public string Remedy { get; }

    /// <summary>The name of a code for programs: upper case with underscores, such as <c>UNKNOWN_MEMBER</c>.</summary>
    public static string Name(FileFormatCode code) => JsonNamingPolicy.SnakeCaseUpper.ConvertName(code.ToString());

    /// <summary>Makes text of a file fit to be shown: printable ASCII only, and not long.</summary>
    internal static string Shown(string text)
    {
        var shown = new StringBuilder(Math.Min(text.Length, ShownLength) + 1);
        foreach (var character in text.AsSpan(0, Math.Min(text.Length, ShownLength)))
        {
            shown.Append(character is >= ' ' and <= '~' ? character : '?');
        }

        return text.Length > ShownLength ? shown.Append('~').ToString() : shown.ToString();
    }
}
