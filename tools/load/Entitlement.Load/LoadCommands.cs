using System.CommandLine;
using System.CommandLine.Parsing;
using System.Text.Json;
using System.Text.Json.Serialization;
using Entitlement.CommandLine;
using Entitlement.CommandLine.Display;
using Entitlement.CommandLine.Invocation;
using Entitlement.CommandLine.Rpc;

namespace Entitlement.Load;

/// <summary>The commands of <c>tools/load/drive</c>.</summary>
internal static class LoadCommands
{
    public static readonly Option<int> Count = Number("--count", "How many requests, no two alike.", 10_000, 10_000_000);

    private static readonly Option<int> Licenses = Number("--licenses", "Over how many licenses they are spread.", 100, 1_000_000);

    public static readonly Option<int> Callers =
        Number("--callers", "How many calls are under way at any time (closed loop).", 64, 10_000);

    public static readonly Option<int> Connections = Number("--connections", "Connections that the calls share.", 4, 1_000);

    public static readonly Option<int?> Rate = new("--rate")
    {
        Description = "Calls begun each second, whether or not earlier ones were answered (open loop); --callers then plays no part.",
        HelpName = "NUMBER",
        Validators = { result => Require(result, 100_000) },
    };

    public static readonly Option<string> Out = new("--out")
    {
        Description = "Where to write them.",
        HelpName = "FILE",
        Required = true,
    };

    private static readonly Option<string> Requests = new("--requests")
    {
        Description = "What requests wrote.",
        HelpName = "FILE",
        Required = true,
    };

    /// <summary>Of files and lines: names as the contract's messages have them, and nothing that is not there.</summary>
    private static readonly JsonSerializerOptions Json = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    };

    public static RootCommand CreateRoot() => Entitle.Complete(new RootCommand("Load for a running license service")
    {
        Make(
            "activate",
            "Activate fresh installations and print the figures that ghz prints",
            ActivateAsync,
            Count, Licenses, Callers, Rate, Connections),
        Make("requests", "Write fresh requests for the configurations in tools/load/ghz, or for send", WriteAsync, Count, Licenses, Out),
        Make("send", "Send the requests of a file once each and print every answer as a line of JSON", SendAsync, Requests, Callers, Connections),
        CheckCommands.CreateCheck(),
        CheckCommands.CreateWrite(),
    });

    public static Command Make(
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
        using var service = new Target(parse, parse.GetValue(Connections), asProduct: true);
        return await DriveAsync(parse, requests.Length, (i, token) => service.ActivateAsync(requests[i], token), cancellation);
    }

    /// <summary>Makes calls in the loop that is asked for, and prints what became of them.</summary>
    public static async Task<ExitCode> DriveAsync(
        ParseResult parse, int count, Func<int, CancellationToken, Task<CallError?>> call, CancellationToken cancellation)
    {
        var screen = Screen.Of(parse);
        var progress = new Progress(screen, "answered", count);
        var run = parse.GetValue(Rate) is { } rate
            ? await Drive.OpenAsync(count, rate, call, progress, cancellation)
            : await Drive.ClosedAsync(count, parse.GetValue(Callers), call, progress, cancellation);
        LoadReport.Of(run).Show(screen);
        return ExitCodeOf(run);
    }

    private static ExitCode ExitCodeOf(LoadRun run) =>
        run.Calls.All(call => call.Error is null) ? ExitCode.Ok : ExitCode.Refused;

    private static async Task<ExitCode> SendAsync(ParseResult parse, CancellationToken cancellation)
    {
        var screen = Screen.Of(parse);
        await using var file = File.OpenRead(parse.GetRequiredValue(Requests));
        var requests = await JsonSerializer.DeserializeAsync<WrittenRequest[]>(file, Json, cancellation) ?? [];
        using var service = new Target(parse, parse.GetValue(Connections), asProduct: true);
        var progress = new Progress(screen, "answered", requests.Length);
        var run = await Drive.ClosedAsync(requests.Length, parse.GetValue(Callers), CallAsync, progress, cancellation);
        return ExitCodeOf(run);

        async Task<CallError?> CallAsync(int i, CancellationToken token)
        {
            var (answer, error) = await service.SendAsync(requests[i].LicenseRequest, token);
            screen.WriteLine(JsonSerializer.Serialize(
                new SentRequest(i, answer?.LicenseFile.ToStringUtf8(), answer?.RepeatedAnswer, error?.Status, error?.Reason), Json));
            return error;
        }
    }

    private static async Task<ExitCode> WriteAsync(ParseResult parse, CancellationToken cancellation)
    {
        var screen = Screen.Of(parse);
        var requests = await MakeAsync(parse, screen, cancellation);
        var path = parse.GetRequiredValue(Out);
        await using (var file = File.Create(path))
        {
            await JsonSerializer.SerializeAsync(file, requests.Select(request => new WrittenRequest(request)), Json, cancellation);
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

    public static Option<int> Number(string name, string description, int usual, int most) => new(name)
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

    /// <summary>An <c>ActivateRequest</c> in the JSON of the contract.</summary>
    private sealed record WrittenRequest(byte[] LicenseRequest);

    /// <summary>What came of the request at this place of the file, from 0.</summary>
    private sealed record SentRequest(int Request, string? LicenseFile, bool? RepeatedAnswer, string? Status, string? Reason);
}
