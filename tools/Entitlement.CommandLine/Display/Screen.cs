using System.CommandLine;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Entitlement.CommandLine.Invocation;
using Entitlement.CommandLine.Rpc;
using Google.Protobuf;
using Spectre.Console;

namespace Entitlement.CommandLine.Display;

/// <summary>
/// Where a command writes. For a person at a terminal: tables. Into a pipe: lines with tabs, nothing else. With
/// <c>--json</c>: one document. Notes go to standard error, so that they are in nobody's data.
/// </summary>
internal sealed class Screen(TextWriter output, TextWriter error, bool isTerminal, ParseResult parse)
{
    private static readonly JsonFormatter Formatter = new(
        JsonFormatter.Settings.Default.WithFormatDefaultValues(true).WithTypeRegistry(Refusal.Types).WithIndentation());

    private static readonly JsonWriterOptions Readable = new() { Indented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static Screen Of(ParseResult parse)
    {
        var configuration = parse.InvocationConfiguration;
        return new Screen(
            configuration.Output,
            configuration.Error,
            ReferenceEquals(configuration.Output, Console.Out) && !Console.IsOutputRedirected,
            parse);
    }

    public bool IsJson => parse.GetValue(GlobalOptions.Json);

    /// <summary>The one field that was asked for; null for the whole result.</summary>
    public string? Field => parse.GetValue(GlobalOptions.Field);

    public void WriteJson(IMessage message) => output.WriteLine(Formatter.Format(message));

    /// <summary>A document of this tool's own, where there is no message of the service.</summary>
    public void WriteJson(Action<Utf8JsonWriter> write)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer, Readable))
        {
            write(json);
        }

        output.WriteLine(Encoding.UTF8.GetString(buffer.ToArray()));
    }

    /// <summary>An answer that holds nothing but that it was done.</summary>
    public ExitCode Tell(IMessage answer, string done)
    {
        if (IsJson)
        {
            WriteJson(answer);
        }
        else
        {
            Note(done);
        }

        return ExitCode.Ok;
    }

    public void WriteLine(string line) => output.WriteLine(line);

    public void Note(string line) => error.WriteLine(line);

    /// <summary>Rows under their headings.</summary>
    public void WriteTable(IReadOnlyList<string> headings, IEnumerable<IReadOnlyList<string>> rows)
    {
        if (!isTerminal)
        {
            output.WriteLine(string.Join('\t', headings));
            foreach (var row in rows)
            {
                output.WriteLine(string.Join('\t', row.Select(OneCell)));
            }

            return;
        }

        var table = new Table().Border(TableBorder.Rounded);
        table.AddColumns([.. headings.Select(heading => $"[bold]{Markup.Escape(heading)}[/]")]);
        foreach (var row in rows)
        {
            table.AddRow([.. row.Select(cell => Markup.Escape(Visible(cell)))]);
        }

        AnsiConsole.Write(table);
    }

    /// <summary>One thing, a line for each of its values.</summary>
    public void WriteDetails(IEnumerable<(string Label, string Value)> values)
    {
        var lines = values.ToList();
        if (!isTerminal)
        {
            foreach (var (label, value) in lines)
            {
                output.WriteLine($"{label}\t{OneCell(value)}");
            }

            return;
        }

        var grid = new Grid().AddColumn(new GridColumn().NoWrap().PadRight(3)).AddColumn();
        foreach (var (label, value) in lines)
        {
            grid.AddRow($"[bold]{Markup.Escape(label)}[/]", Markup.Escape(Visible(value)));
        }

        AnsiConsole.Write(grid);
    }

    /// <summary>Waits for the service, with a sign of life where a person looks on.</summary>
    public Task<T> WaitAsync<T>(Func<Task<T>> work) => WaitAsync(_ => work());

    /// <inheritdoc cref="WaitAsync{T}(Func{Task{T}})"/>
    /// <param name="work">Tells how far it is.</param>
    public async Task<T> WaitAsync<T>(Func<Action<string>, Task<T>> work)
    {
        if (IsJson || Console.IsErrorRedirected || !ReferenceEquals(error, Console.Error))
        {
            return await work(_ => { });
        }

        var console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(Console.Error) });
        return await console.Status().StartAsync(
            "Waiting for the service", status => work(text => status.Status = Markup.Escape(text)));
    }

    // A tab or a line break inside a value would begin a new cell or row.
    private static string OneCell(string value) => Visible(value).Replace('\t', ' ');

    // Names come from others: what could steer a terminal is shown as a mark and does nothing.
    private static string Visible(string value) =>
        value.Any(char.IsControl)
            ? string.Concat(value.Select(character => char.IsControl(character) && character is not '\t' ? '\uFFFD' : character))
            : value;
}
