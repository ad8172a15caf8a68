using Entitlement.CommandLine.Invocation;

namespace Entitlement.CommandLine.Estate;

/// <summary>A file of records that is read line by line, never whole; its refused lines are written in the same form.</summary>
internal abstract class InputFile(string path)
{
    public const string Csv = "csv";
    public const string JsonLines = "jsonl";

    public static string[] Formats { get; } = [Csv, JsonLines];

    public string Path => path;

    /// <summary>Each record with its line, and each line that is none with the reason.</summary>
    public abstract IAsyncEnumerable<InputLine> ReadAsync(CancellationToken cancellation);

    /// <summary>Writes a refused line so that it can be corrected and imported again.</summary>
    public abstract Task WriteRefusedAsync(TextWriter report, InputLine line, LineProblem problem, bool isFirst);

    /// <param name="path">The file; <c>-</c> is standard input.</param>
    /// <param name="format">Null for what its name ends with.</param>
    /// <param name="kind">Of its records where no column tells; null when one does.</param>
    public static InputFile Of(string path, string? format, string? kind) => FormatOf(path, format) == Csv
        ? new CsvInput(path, kind)
        : new JsonInput(path);

    /// <exception cref="CommandFailure">Neither tells it.</exception>
    public static string FormatOf(string path, string? format) =>
        format ?? System.IO.Path.GetExtension(path).ToUpperInvariant() switch
        {
            ".CSV" => Csv,
            ".JSONL" or ".NDJSON" => JsonLines,
            _ => throw CommandFailure.Usage($"{path} ends neither with .csv nor with .jsonl.", "Name its form with --format."),
        };

    /// <exception cref="CommandFailure">It can't be read.</exception>
    protected BoundedLines Open()
    {
        try
        {
            return new BoundedLines(path == "-" ? Console.OpenStandardInput() : File.OpenRead(path), path);
        }
        catch (Exception cause) when (cause is IOException or UnauthorizedAccessException)
        {
            throw CommandFailure.LocalFile(path, cause);
        }
    }
}
