using System.Globalization;
using System.Runtime.CompilerServices;
using CsvHelper;
using CsvHelper.Configuration;
using Entitlement.CommandLine.Invocation;
using Entitlement.V1;

namespace Entitlement.CommandLine.Estate;

/// <summary>
/// Comma separated values (RFC 4180) under a heading that names the columns. Columns whose names begin with
/// <c>import_</c> say nothing: reports have them.
/// </summary>
internal sealed class CsvInput(string path, string? kind) : InputFile(path)
{
    private const string ReportPrefix = "import_";
    private const int MaxCell = 2 << 20;

    private static readonly string[] ReportColumns = ["import_line", "import_reason", "import_message"];

    private string[] _heading = [];

    public override async IAsyncEnumerable<InputLine> ReadAsync([EnumeratorCancellation] CancellationToken cancellation)
    {
        var isBroken = false;
        using var parser = new CsvParser(Open(), new CsvConfiguration(CultureInfo.InvariantCulture)
        {
            Mode = CsvMode.RFC4180,
            MaxFieldSize = MaxCell,
            BadDataFound = _ => isBroken = true,
        });
        if (!await NextAsync(parser, cancellation))
        {
            yield break;
        }

        _heading = [.. parser.Record!.Select(cell => cell.Trim())];
        RequireHeading();
        while (await NextAsync(parser, cancellation))
        {
            var cells = parser.Record!;
            yield return isBroken
                ? Refuse(LineOf(parser), cells, "A quote stands inside a cell that is not quoted.")
                : Read(LineOf(parser), cells);
            isBroken = false;
        }
    }

    public override async Task WriteRefusedAsync(TextWriter report, InputLine line, LineProblem problem, bool isFirst)
    {
        if (isFirst)
        {
            await report.WriteAsync(CsvLine.Of([.. ReportColumns, .. ShownOf(_heading)]));
        }

        await report.WriteAsync(CsvLine.Of(
        [
            line.Number.ToString(CultureInfo.InvariantCulture), problem.Reason, problem.Message.ReplaceLineEndings(" "),
            .. ShownOf(line.Cells).Select(cell => FormulaGuard.Guard(FormulaGuard.Unguard(cell))),
        ]));
    }

    /// <summary>Without what an earlier report put before them.</summary>
    private IEnumerable<string> ShownOf(string[] cells) =>
        cells.Where((_, i) => i >= _heading.Length || !_heading[i].StartsWith(ReportPrefix, StringComparison.Ordinal));

    private InputLine Read(long number, string[] cells)
    {
        if (cells.Any(cell => cell.Contains('\uFFFD', StringComparison.Ordinal)))
        {
            return new InputLine(number, cells, Record: null, LineProblem.NotUtf8());
        }

        if (cells.Length != _heading.Length)
        {
            return Refuse(
                number,
                cells,
                FormattableString.Invariant($"The line has {cells.Length} cells, and the heading {_heading.Length}."));
        }

        try
        {
            return new InputLine(number, cells, ToRecord(cells), Problem: null);
        }
        catch (NotARecordException problem)
        {
            return Refuse(number, cells, problem.Message);
        }
    }

    private static InputLine Refuse(long number, string[] cells, string message) =>
        new(number, cells, Record: null, LineProblem.NotARecord(message));

    private EstateRecord ToRecord(string[] cells)
    {
        var values = _heading.Zip(cells, (column, cell) => (Column: column, Cell: FormulaGuard.Unguard(cell)))
            .Where(value => !value.Column.StartsWith(ReportPrefix, StringComparison.Ordinal))
            .ToList();
        var own = values.Find(value => value.Column == RecordCells.KindColumn).Cell;
        return RecordCells.Read(own is { Length: > 0 } ? own : kind ?? "", values);
    }

    private void RequireHeading()
    {
        var known = RecordCells.Kinds.SelectMany(RecordCells.Columns).Append(RecordCells.KindColumn);
        var unknown = _heading
            .Where(column => !column.StartsWith(ReportPrefix, StringComparison.Ordinal))
            .Except(known, StringComparer.Ordinal)
            .ToList();
        var twice = _heading.GroupBy(column => column, StringComparer.Ordinal).FirstOrDefault(same => same.Count() > 1)?.Key;
        if (unknown.Count > 0 || twice is not null)
        {
            throw Broken(
                1,
                twice is null
                    ? $"there is no column {string.Join(", ", unknown)}"
                    : $"the column {twice} stands there twice",
                $"The columns of each kind: {string.Join("; ", RecordCells.Kinds.Select(Describe))}.");
        }

        if (kind is null && !_heading.Contains(RecordCells.KindColumn, StringComparer.Ordinal))
        {
            throw CommandFailure.Usage(
                $"{Path} has no column {RecordCells.KindColumn}.",
                $"Say with --kind which of {string.Join(", ", RecordCells.Kinds)} its lines are.");
        }
    }

    private static string Describe(string one) => $"{one}: {string.Join(' ', RecordCells.Columns(one))}";

    private async Task<bool> NextAsync(CsvParser parser, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        try
        {
            if (!await parser.ReadAsync())
            {
                return false;
            }
        }
        catch (MaxFieldSizeException)
        {
            throw Broken(parser.RawRow, "a cell is longer than any record", "Does each of its quotes end?");
        }

        // An odd quote has made one cell of all that follows.
        return parser.RawRecord.Count(character => character == '"') % 2 == 0
            ? true
            : throw Broken(
                parser.RawRow - parser.RawRecord.AsSpan().Count('\n'),
                "a quote does not end",
                "Correct it: what follows can't be told from the cell.");
    }

    /// <summary>The parser tells the line on which a record ends.</summary>
    private static long LineOf(CsvParser parser) =>
        parser.RawRow - parser.RawRecord.AsSpan().TrimEnd("\r\n").Count('\n');

    private CommandFailure Broken(long line, string problem, string advice) => new(
        ExitCode.FileInvalid, "FILE_BROKEN", FormattableString.Invariant($"{Path}, line {line}: {problem}."), advice);
}

/// <summary>One line of comma separated values.</summary>
internal static class CsvLine
{
    private static readonly System.Buffers.SearchValues<char> Quoted = System.Buffers.SearchValues.Create("\",\r\n");

    /// <summary>With its line end, which RFC 4180 wants to be CR LF.</summary>
    public static string Of(IEnumerable<string> cells) => $"{string.Join(',', cells.Select(Quote))}\r\n";

    private static string Quote(string cell) =>
        cell.AsSpan().ContainsAny(Quoted) || cell != cell.Trim()
            ? $"\"{cell.Replace("\"", "\"\"", StringComparison.Ordinal)}\""
            : cell;
}
