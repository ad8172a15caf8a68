using System.CommandLine;
using Entitlement.CommandLine.Display;
using Entitlement.CommandLine.Invocation;
using Entitlement.CommandLine.Rpc;
using Entitlement.V1;
using Stub = Entitlement.V1.AccessService.AccessServiceClient;

namespace Entitlement.CommandLine.Access;

/// <summary><c>entitle access cache</c> and <c>entitle access await</c>.</summary>
internal static class AccessCacheCommands
{
    public static Command Create()
    {
        var command = new RpcCommand<GetAccessCacheRequest, GetAccessCacheResponse>(
            "cache",
            "Show what the server keeps in memory of who may do what, and how fresh it is",
            AccessCommands.Rpc(nameof(Stub.GetAccessCache)),
            (_, _) => { },
            Show);
        command.Subcommands.Add(new RpcCommand<DropAccessCacheRequest, DropAccessCacheResponse>(
            "drop",
            "Have it all read anew, as after the database was put back to an earlier day",
            AccessCommands.Rpc(nameof(Stub.DropAccessCache)),
            (_, _) => { },
            (screen, answer) => screen.Tell(answer, "All is read anew from now on.")));
        return command;
    }

    public static Command CreateAwait()
    {
        var token = new Argument<string>("TOKEN")
        {
            Description = "The consistency token of the change. [default: all changes that were made until now]",
            DefaultValueFactory = _ => "",
        };
        var now = new Option<bool>("--tell-only") { Description = "Only tell when that is; do not wait." };
        return new RpcCommand<AwaitAccessChangeRequest, AwaitAccessChangeResponse>(
            "await",
            "Wait until a change of access is effective at every server",
            AccessCommands.Rpc(nameof(Stub.AwaitAccessChange)),
            (parse, request) =>
            {
                request.ConsistencyToken = parse.GetRequiredValue(token);
                request.ReturnAtOnce = parse.GetValue(now);
            },
            (screen, answer) =>
            {
                AccessCommands.WriteAnswer(
                    screen, answer, () => screen.WriteLine($"Effective everywhere from {FieldText.Time(answer.EffectiveTime)} on."));
                return ExitCode.Ok;
            })
        { token, now };
    }

    private static ExitCode Show(Screen screen, GetAccessCacheResponse answer)
    {
        AccessCommands.WriteAnswer(screen, answer, () => screen.WriteDetails(
        [
            .. answer.Entries.Select(entry => (entry.Kind, $"{entry.Count}")),
            ("Bytes", $"{answer.Bytes} of {answer.MaxBytes}"),
            ("Known up to", answer.ConsistencyToken),
            ("Asked for", answer.ViewAge is { } age ? $"{age.ToTimeSpan().TotalMilliseconds:F0} ms ago" : "never"),
            ("May be behind by", $"{answer.MaxStaleness.ToTimeSpan().TotalMilliseconds:F0} ms"),
            ("Last change seen", answer.ObservedLag is { } lag ? $"after {lag.ToTimeSpan().TotalMilliseconds:F0} ms" : "none yet"),
            ("Found in memory", $"{answer.Hits}"),
            ("Found shared", $"{answer.SharedHits}"),
            ("Not in memory", $"{answer.Misses}"),
            ("Read from database", $"{answer.Loads}"),
            ("Redis", answer.SharedState),
        ]));
        return ExitCode.Ok;
    }
}
