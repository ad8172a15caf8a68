using System.CommandLine;
using System.CommandLine.Parsing;
using System.Text.Json;
using Entitlement.CommandLine;
using Entitlement.CommandLine.Display;
using Entitlement.CommandLine.Invocation;
using Entitlement.CommandLine.Rpc;

namespace Entitlement.Load;

/// <summary>The commands of <c>tools/load/drive</c>.</summary>
internal static class LoadCommands
{
    private static readonly Option<int> Count =
        Number("--count", "How many requests, each a fresh one of an installation of its own.", 10_000, 10_000_000);

    private static readonly Option<int> Licenses = Number("--licenses", "Over how many licenses they are spread.", 100, 1_000_000);

    private static readonly Option<int> Callers =
        Number("--callers", "How many calls are under way at any time (closed loop).", 64, 10_000);

    private static readonly Option<int> Connections = Number("--connections", "Connections that the calls share.", 4, 1_000);

    private static readonly Option<int?> Rate = new("--rate")
    {
        Description = "Calls begun each second, whether or not earlier ones were answered (open loop); --callers then plays no part.",
        HelpName = "NUMBER",
        Validators = { result => Require(result, 100_000) },
    };

    private static readonly Option<string> Out = new("--out")
    {
        Description = "Where to write them.",
        HelpName = "FILE",
        Required = true,
    };

    public static RootCommand CreateRoot() => Entitle.Complete(new RootCommand("Load for a running license service")
    {
        Make(
            "activate",
            "Activate fresh installations and print the figures that ghz prints",
            ActivateAsync,
            Count, Licenses, Callers, Rate, Connections),
        Make("requests", "Write fresh requests for the configurations in tools/load/ghz", WriteAsync, Count, Licenses, Out),
    });

    private static Command Make(
        string name, string description, Func<ParseResult, CancellationToken, Task<ExitCode>> run, params ReadOnlySpan<Option> options)
    {
        var command = new Command(name, description);
        foreach (var option in options)
        {
            command.Options.Add(option);
        }

        command.SetAction(async (parse, cancellation) => (int)await run(parse, cancellation));
        return command;
    }

    private static async Task<ExitCode> ActivateAsync(ParseResult parse, CancellationToken cancellation)
    {
        var screen = Screen.Of(parse);
        var requests = await MakeAsync(parse, screen, cancellation);
        using var service = new Target(parse, parse.GetValue(Connections));
        var progress = new Progress(screen, "answered", requests.Length);
        var run = parse.GetValue(Rate) is { } rate
            ? await Drive.OpenAsync(requests, rate, service.ActivateAsync, progress, cancellation)
            : await Drive.ClosedAsync(requests, parse.GetValue(Callers), service.ActivateAsync, progress, cancellation);
        LoadReport.Of(run).Show(screen);
        return run.Calls.All(call => call.Error is null) ? ExitCode.Ok : ExitCode.Refused;
    }

    private static async Task<ExitCode> WriteAsync(ParseResult parse, CancellationToken cancellation)
    {
        var screen = Screen.Of(parse);
        var requests = await MakeAsync(parse, screen, cancellation);
        var path = parse.GetRequiredValue(Out);
        await using (var file = File.Create(path))
        {
            var messages = requests.Select(request => new { license_request = Convert.ToBase64String(request) });
            await JsonSerializer.SerializeAsync(file, messages, cancellationToken: cancellation);
        }

        screen.Note($"{requests.Length} requests in {path}. Each serves one run: sent again, it gets the answer that it got.");
        return ExitCode.Ok;
    }

    private static async Task<byte[][]> MakeAsync(ParseResult parse, Screen screen, CancellationToken cancellation)
    {
        using var connection = Connection.Open(parse);
        var codes = await Estate.PrepareAsync(connection, parse.GetValue(Licenses), screen, cancellation);
        return FreshRequests.Make(codes, parse.GetValue(Count), new Progress(screen, "requests made", parse.GetValue(Count)), cancellation);
    }

    private static Option<int> Number(string name, string description, int usual, int most) => new(name)
    {
        Description = description,
        HelpName = "NUMBER",
        DefaultValueFactory = _ => usual,
        Validators = { result => Require(result, most) },
    };

    private static void Require(OptionResult result, int most)
    {
        if (result.GetValueOrDefault<int?>() is not (null or >= 1) || result.GetValueOrDefault<int?>() > most)
        {
            result.AddError($"{result.Option.Name} must be 1 to {most}.");
        }
    }
}
