using System.CommandLine;
using System.Text;
using Entitlement.CommandLine.Display;
using Entitlement.CommandLine.Invocation;
using Entitlement.CommandLine.Rpc;
using Entitlement.V1;
using Google.Protobuf;
using Google.Protobuf.Reflection;

namespace Entitlement.CommandLine.Estate;

/// <summary><c>entitle export --out FILE</c>: takes all records out, as an import takes them.</summary>
internal sealed class ExportCommand : Command, IRpcCommand
{
    private const int PageSize = 1_000;
    private const int NoteEvery = 5_000;

    private static readonly JsonFormatter Json = new(JsonFormatter.Settings.Default.WithPreserveProtoFieldNames(true));

    private readonly Option<string> _output = new("--out")
    {
        Description = "Where to write them, .csv or .jsonl; - is standard output. The file holds the codes of licenses: keep it as a secret.",
        HelpName = "FILE",
        Required = true,
    };

    private readonly Option<string?> _kind = new("--kind")
    {
        Description = $"Only records of this kind: {string.Join(", ", RecordCells.Kinds)}. [default: all]",
        HelpName = "KIND",
    };

    private readonly Option<string?> _format = new("--format")
    {
        Description = "csv or jsonl, whatever the file's name ends with.",
        HelpName = "FORM",
    };

    public ExportCommand()
        : base("export", "Take products, accounts, licenses, trials and running activations out, as 'import' takes them")
    {
        _kind.AcceptOnlyFromAmong([.. RecordCells.Kinds]);
        _format.AcceptOnlyFromAmong(InputFile.Formats);
        Options.Add(_output);
        Options.Add(_kind);
        Options.Add(_format);
        SetAction(async (parse, cancellation) => (int)await RunAsync(parse, cancellation));
    }

    public MethodDescriptor Rpc { get; } =
        EstateService.Descriptor.FindMethodByName(nameof(EstateService.EstateServiceClient.ListEstateRecords));

    private async Task<ExitCode> RunAsync(ParseResult parse, CancellationToken cancellation)
    {
        var path = parse.GetRequiredValue(_output);
        var isCsv = InputFile.FormatOf(path, parse.GetValue(_format)) == InputFile.Csv;
        var screen = Screen.Of(parse);
        using var connection = Connection.Open(parse);
        try
        {
            if (path == "-")
            {
                await using var standard = new StreamWriter(Console.OpenStandardOutput(), Utf8);
                await screen.WaitAsync(tell => WriteAsync(standard, isCsv, parse, connection, screen, tell, cancellation));
                return ExitCode.Ok;
            }

            var temporary = $"{path}.{Guid.NewGuid():N}.tmp";
            try
            {
                long count;
                await using (var file = new StreamWriter(PrivateFile.Create(temporary), Utf8))
                {
                    count = await screen.WaitAsync(tell => WriteAsync(file, isCsv, parse, connection, screen, tell, cancellation));
                }

                File.Move(temporary, path, overwrite: true);
                screen.Note(FormattableString.Invariant($"{count} records in {path}."));
            }
            finally
            {
                File.Delete(temporary);
            }

            return ExitCode.Ok;
        }
        catch (Exception cause) when (cause is IOException or UnauthorizedAccessException)
        {
            throw CommandFailure.LocalFile(path, cause);
        }
    }

    private static UTF8Encoding Utf8 { get; } = new(encoderShouldEmitUTF8Identifier: false);

    private async Task<long> WriteAsync(
        StreamWriter file, bool isCsv, ParseResult parse, Connection connection, Screen screen, Action<string> tell, CancellationToken cancellation)
    {
        var kind = parse.GetValue(_kind);
        var request = new ListEstateRecordsRequest { PageSize = PageSize, Kind = KindOf(kind) };
        string[] columns =
        [
            RecordCells.KindColumn, .. RecordCells.Kinds.Where(one => kind is null || kind == one).SelectMany(RecordCells.Columns).Distinct(),
        ];
        if (isCsv)
        {
            await file.WriteAsync(CsvLine.Of(columns));
        }

        var count = 0L;
        do
        {
            var page = await connection.CallAsync<ListEstateRecordsRequest, ListEstateRecordsResponse>(Rpc, request, cancellation);
            foreach (var record in page.Records)
            {
                await file.WriteAsync(isCsv
                    ? CsvLine.Of(RecordCells.Write(record, columns).Select(FormulaGuard.Guard))
                    : $"{Json.Format(record)}\n");
                if (++count % NoteEvery == 0)
                {
                    screen.Note(FormattableString.Invariant($"{count} records"));
                }
            }

            tell(FormattableString.Invariant($"{count} records"));
            request.PageToken = page.NextPageToken;
        }
        while (request.PageToken.Length > 0);

        return count;
    }

    private static EstateKind KindOf(string? name) =>
        name is null ? EstateKind.Unspecified : Enum.Parse<EstateKind>(name, ignoreCase: true);
}
