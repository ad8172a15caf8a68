using System.CommandLine;
using System.Globalization;
using Entitlement.CommandLine.Display;
using Entitlement.CommandLine.Invocation;
using Entitlement.CommandLine.Rpc;
using Entitlement.V1;
using Google.Protobuf;

namespace Entitlement.Load;

/// <summary>Checks of permissions, by those who hold an API key.</summary>
internal static class CheckCommands
{
    private static readonly Option<int> Accounts =
        LoadCommands.Number("--accounts", "About how many accounts is asked.", 1_000, 1_000_000);

    private static readonly Option<int?> Batch = new("--batch")
    {
        Description = "Checks in one call, 1 to 1000; else each is a call of its own.",
        HelpName = "NUMBER",
        Validators = { result => Require(result.GetValueOrDefault<int?>(), 1, 1_000, "--batch", result.AddError) },
    };

    private static readonly Option<int?> Changes = new("--changes")
    {
        Description = "Of a hundred calls, how many change access instead of asking about it: 0 to 100; 0 if not given.",
        HelpName = "PERCENT",
        Validators = { result => Require(result.GetValueOrDefault<int?>(), 0, 100, "--changes", result.AddError) },
    };

    public static Command CreateCheck() => LoadCommands.Make(
        "check",
        "Check permissions and print the figures that ghz prints",
        CheckAsync,
        LoadCommands.Count, Accounts, Batch, Changes, LoadCommands.Callers, LoadCommands.Rate, LoadCommands.Connections);

    public static Command CreateWrite() => LoadCommands.Make(
        "checks",
        "Write checks, or with --changes 100 changes of access, for the configurations in tools/load/ghz",
        WriteAsync,
        LoadCommands.Count, Accounts, Batch, Changes, LoadCommands.Out);

    private static async Task<ExitCode> CheckAsync(ParseResult parse, CancellationToken cancellation)
    {
        var plan = await PlanAsync(parse, cancellation);
        using var service = new Target(parse, parse.GetValue(LoadCommands.Connections), asProduct: false);
        return await LoadCommands.DriveAsync(parse, parse.GetValue(LoadCommands.Count), CallAsync, cancellation);

        async Task<CallError?> CallAsync(int i, CancellationToken token) => plan.Message(i) switch
        {
            CheckPermissionRequest check => await service.CallAsync<CheckPermissionRequest, CheckPermissionResponse>(
                Calls.CheckPermission, check, token) is var (answer, error) && answer is { Allowed: false } ? NotAllowed : error,
            BatchCheckPermissionsRequest batch => await service.CallAsync<BatchCheckPermissionsRequest, BatchCheckPermissionsResponse>(
                Calls.BatchCheckPermissions, batch, token) is var (answer, error) && answer?.Allowed.All(allowed => allowed) == false
                ? NotAllowed
                : error,
            SetRolesRequest change => (await service.CallAsync<SetRolesRequest, SetRolesResponse>(Calls.SetRoles, change, token)).Error,
            var other => throw new InvalidOperationException($"{other.Descriptor.FullName} is not driven."),
        };
    }

    /// <summary>What is asked may be done, whatever else changes.</summary>
    private static CallError NotAllowed => new("OK", "not allowed, and should be");

    private static async Task<ExitCode> WriteAsync(ParseResult parse, CancellationToken cancellation)
    {
        var plan = await PlanAsync(parse, cancellation);
        var (path, count) = (parse.GetRequiredValue(LoadCommands.Out), parse.GetValue(LoadCommands.Count));
        await using (var file = new StreamWriter(path))
        {
            for (var i = 0; i < count; i++)
            {
                await file.WriteAsync(i == 0 ? "[" : ",\n");
                await file.WriteAsync(JsonFormatter.Default.Format(plan.Message(i)));
            }

            await file.WriteLineAsync("]");
        }

        Screen.Of(parse).Note(string.Create(CultureInfo.InvariantCulture, $"{count:N0} requests in {path}."));
        return ExitCode.Ok;
    }

    private static async Task<Plan> PlanAsync(ParseResult parse, CancellationToken cancellation)
    {
        using var connection = Connection.Open(parse);
        return new Plan(
            await CheckEstate.PrepareAsync(connection, parse.GetValue(Accounts), Screen.Of(parse), cancellation),
            parse.GetValue(Batch),
            parse.GetValue(Changes) ?? 0);
    }

    private static void Require(int? value, int least, int most, string option, Action<string> tell)
    {
        if (value < least || value > most)
        {
            tell($"{option} must be {least} to {most}.");
        }
    }

    /// <summary>Which call comes when.</summary>
    private sealed record Plan(CheckEstate Estate, int? Batch, int Changes)
    {
        private const int Hundred = 100;

        public IMessage Message(int number)
        {
            // Spread evenly over each hundred.
            var (hundreds, place) = (number / Hundred, number % Hundred);
            var changesBefore = (place * Changes / Hundred) + (hundreds * Changes);
            var isChange = ((place + 1) * Changes / Hundred) + (hundreds * Changes) > changesBefore;
            return isChange ? Estate.Change(changesBefore)
                : Batch is { } size ? Estate.Batch(number - changesBefore, size)
                : Estate.Check(number - changesBefore);
        }
    }
}
