using System.CommandLine;
using Entitlement.CommandLine.Display;
using Entitlement.CommandLine.Invocation;
using Entitlement.CommandLine.Rpc;
using Entitlement.V1;
using Google.Protobuf.Reflection;
using Grpc.Core;

namespace Entitlement.CommandLine.Estate;

/// <summary><c>entitle import FILE…</c>: brings records of another system in.</summary>
internal sealed class ImportCommand : Command, IRpcCommand
{
    /// <summary>What a message of the service may have, with room for what is around a record.</summary>
    private const int MaxRecordBytes = 2 << 20;

    private readonly Argument<string[]> _files = new("FILE")
    {
        Description = "Files of records, .csv or .jsonl, in the order in which they rest on one another; - reads standard input.",
        Arity = ArgumentArity.OneOrMore,
    };

    private readonly Option<bool> _dryRun = new("--dry-run")
    {
        Description = "Tell what would become of each line, all files together, and change nothing.",
    };

    private readonly Option<string?> _kind = new("--kind")
    {
        Description = $"What the lines of a CSV file without a column kind are: {string.Join(", ", RecordCells.Kinds)}.",
        HelpName = "KIND",
    };

    private readonly Option<string?> _format = new("--format")
    {
        Description = "csv or jsonl, whatever a file's name ends with.",
        HelpName = "FORM",
    };

    private readonly Option<string?> _refused = new("--refused")
    {
        Description = "Where refused lines are written with their reasons, to be corrected and imported; of one file only. "
            + "[default: beside each file, as FILE.refused.csv]",
        HelpName = "FILE",
    };

    public ImportCommand()
        : base("import", "Bring products, accounts, licenses and running activations in from another system")
    {
        _kind.AcceptOnlyFromAmong([.. RecordCells.Kinds]);
        _format.AcceptOnlyFromAmong(InputFile.Formats);
        Arguments.Add(_files);
        Options.Add(_dryRun);
        Options.Add(_kind);
        Options.Add(_format);
        Options.Add(_refused);
        SetAction(async (parse, cancellation) => (int)await RunAsync(parse, cancellation));
    }

    public static MethodDescriptor ImportRpc { get; } =
        EstateService.Descriptor.FindMethodByName(nameof(EstateService.EstateServiceClient.ImportEstate));

    public MethodDescriptor Rpc => ImportRpc;

    private async Task<ExitCode> RunAsync(ParseResult parse, CancellationToken cancellation)
    {
        var files = parse.GetRequiredValue(_files);
        var screen = Screen.Of(parse);
        var tally = new ImportTally(screen, parse.GetValue(_dryRun));
        if (files.Length > 1 && parse.GetValue(_refused) is not null)
        {
            throw CommandFailure.Usage(
                "--refused names one report, and there is one for each file.",
                "Leave it out: each report goes beside its file.");
        }

        var inputs = files.Select(path => InputFile.Of(path, parse.GetValue(_format), parse.GetValue(_kind))).ToList();
        using var connection = Connection.Open(parse);
        try
        {
            await screen.WaitAsync(async tell =>
            {
                await ImportAsync(inputs, parse, connection, tally.Telling(tell), cancellation);
                return true;
            });
        }
        catch (Exception broken) when (broken is RpcException or CommandFailure && tally.Answered > 0)
        {
            screen.Note(FormattableString.Invariant($"It broke off after {tally.Answered} records."));
            screen.Note("Run the same command again: what was imported stays as it is.");
            throw;
        }

        tally.Show();
        return tally.Refused > 0 ? ExitCode.Refused : ExitCode.Ok;
    }

    /// <summary>All files in one call, so that a dry run knows in the last what the first would have created.</summary>
    private async Task ImportAsync(
        List<InputFile> inputs, ParseResult parse, Connection connection, ImportTally tally, CancellationToken cancellation)
    {
        RefusedLines? report = null;
        using var call = new ImportCall(
            connection, parse.GetValue(_dryRun), (line, result) => TellAsync(tally, report!, line, result), cancellation);
        foreach (var input in inputs)
        {
            var path = parse.GetValue(_refused) ?? RefusedLines.PathBeside(input.Path);
            await using (report = new RefusedLines(input, path))
            {
                await foreach (var line in input.ReadAsync(cancellation))
                {
                    tally.CountRead();
                    var problem = line.Problem ?? (line.Record!.CalculateSize() > MaxRecordBytes
                        ? LineProblem.NotARecord("The record is larger than the 2 MiB that the service takes.")
                        : null);
                    if (problem is null)
                    {
                        await call.AddAsync(line, cancellation);
                    }
                    else
                    {
                        tally.CountRefused(problem.Reason);
                        await report.AddAsync(line, problem);
                    }
                }

                await call.FlushAsync(cancellation);
                tally.AddReport(report.Path);
            }
        }

        await call.FinishAsync(cancellation);
    }

    private static async Task TellAsync(ImportTally tally, RefusedLines report, InputLine line, ImportResult result)
    {
        tally.Count(result.Outcome);
        if (result.Outcome == ImportOutcome.Refused)
        {
            var failure = Refusal.ToFailure(result.Refusal, (StatusCode)result.Refusal.Code);
            tally.CountRefused(failure.Reason);
            await report.AddAsync(line, new LineProblem(failure.Reason, failure.Message));
        }
    }
}
