using System.CommandLine;
using System.Globalization;
using Entitlement.Client.Audit;
using Entitlement.CommandLine.Display;
using Entitlement.CommandLine.Files;
using Entitlement.CommandLine.Invocation;
using Entitlement.CommandLine.Rpc;
using Entitlement.Formats.Audit;
using Entitlement.V1;

namespace Entitlement.CommandLine.Audit;

/// <summary>
/// <c>entitle audit verify --root root.pem</c>: reads the whole trail, and believes nothing but signatures.
/// </summary>
internal static class AuditVerifyCommand
{
    private static readonly Option<string[]> Roots = new("--root")
    {
        Description = "PEM file with root certificates to trust: the ones that products pin. Repeatable.",
        HelpName = "FILE",
        Required = true,
    };

    private static readonly Option<string?> Head = new("--head")
    {
        Description = "Head that was saved earlier by 'audit head': finds a trail that was cut off or replaced since.",
        HelpName = "FILE",
    };

    public static Command Create()
    {
        var command = new Command(
            "verify", "Verify the whole audit trail, and name what was altered, removed, reordered or never recorded")
        {
            Roots, Head,
        };
        command.SetAction(async (parse, cancellation) => (int)await RunAsync(parse, cancellation));
        return command;
    }

    private static async Task<ExitCode> RunAsync(ParseResult parse, CancellationToken cancellation)
    {
        var roots = VerifyCommand.ReadRoots(parse.GetRequiredValue(Roots));
        var saved = parse.GetValue(Head) is { } path
            ? AuditHeadFile.Read(await LocalFiles.ReadAsync(path, AuditHeadFile.MaxBytes, cancellation))
            : null;
        var screen = Screen.Of(parse);
        using var connection = Connection.Open(parse);
        var verification = new AuditVerification(new AuditService.AuditServiceClient(connection.ToInvoker()), roots);
        var report = await screen.WaitAsync(tell => verification.RunAsync(saved, new Reporter(tell), cancellation));
        Show(screen, report);
        return report.IsWhole ? ExitCode.Ok : ExitCode.FileInvalid;
    }

    private static void Show(Screen screen, AuditReport report)
    {
        if (screen.IsJson)
        {
            ShowJson(screen, report);
            return;
        }

        screen.WriteDetails(
        [
            ("Result", report.IsWhole ? "whole" : "BROKEN"),
            ("Blocks", Text(report.Blocks)),
            ("Sealed records", Text(report.SealedRecords)),
            ("Not sealed yet", Text(report.UnsealedRecords)),
            ("Erased reasons", Text(report.ErasedReasons)),
            ("Activations", Text(report.Activations)),
        ]);
        foreach (var finding in report.Findings)
        {
            screen.WriteLine($"! {Name(finding.Fault)}: {finding.Message}");
        }

        if (report.FindingCount > report.Findings.Count)
        {
            screen.Note($"There are more than these {report.Findings.Count}: {Text(report.FindingCount)} altogether.");
        }

        if (report.OldestUnsealed is { } time)
        {
            screen.Note($"The oldest record that was not sealed is of {time.UtcDateTime:yyyy-MM-dd HH:mm:ss'Z'}.");
        }
    }

    private static void ShowJson(Screen screen, AuditReport report) => screen.WriteJson(json =>
    {
        json.WriteStartObject();
        json.WriteBoolean("whole", report.IsWhole);
        json.WriteNumber("blocks", report.Blocks);
        json.WriteNumber("sealedRecords", report.SealedRecords);
        json.WriteNumber("unsealedRecords", report.UnsealedRecords);
        json.WriteNumber("erasedReasons", report.ErasedReasons);
        json.WriteNumber("activations", report.Activations);
        json.WriteNumber("findingCount", report.FindingCount);
        json.WriteStartArray("findings");
        foreach (var finding in report.Findings)
        {
            json.WriteStartObject();
            json.WriteString("fault", Name(finding.Fault));
            json.WriteString("subject", finding.Subject);
            json.WriteString("message", finding.Message);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    });

    private static string Name(AuditFault fault) => System.Text.Json.JsonNamingPolicy.SnakeCaseUpper.ConvertName($"{fault}");

    private static string Text(long number) => number.ToString("N0", CultureInfo.InvariantCulture);

    /// <summary>Told in the order in which it happens, which the framework's own Progress does not promise.</summary>
    private sealed class Reporter(Action<string> tell) : IProgress<AuditProgress>
    {
        public void Report(AuditProgress value)
        {
            var last = value.LastBlock is { } number ? $" of {Text(number)}" : "";
            tell($"Block {Text(value.Blocks)}{last}, {Text(value.Records)} records");
        }
    }
}
