using System.Buffers;

namespace Entitlement.Server.Reports;

/// <summary>Comma separated values (RFC 4180) that a spreadsheet opens without harm.</summary>
internal static class CsvText
{
    private static readonly SearchValues<char> Quoted = SearchValues.Create("\",\r\n");

    /// <summary>What a spreadsheet begins a formula with, or leaves out before one; and the mark itself, so that nothing is lost.</summary>
    private static readonly SearchValues<char> Openings = SearchValues.Create("=+-@\t\r\n'");

    /// <summary>With its line end.</summary>
    public static string Line(IEnumerable<string> cells) => $"{string.Join(',', cells.Select(Quote))}\r\n";

    /// <summary>A text that others chose can't become a formula.</summary>
    public static string Guard(string cell) => cell.Length > 0 && Openings.Contains(cell.TrimStart(' ') is [var first, ..] ? first : ' ')
        ? $"'{cell}"
        : cell;

    private static string Quote(string cell) => cell.AsSpan().ContainsAny(Quoted) || cell != cell.Trim()
        ? $"\"{cell.Replace("\"", "\"\"", StringComparison.Ordinal)}\""
        : cell;
}
