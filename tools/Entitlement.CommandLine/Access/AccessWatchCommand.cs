using System.CommandLine;
using Entitlement.CommandLine.Display;
using Entitlement.CommandLine.Invocation;
using Entitlement.CommandLine.Rpc;
using Entitlement.V1;
using Google.Protobuf.Reflection;
using Stub = Entitlement.V1.AccessService.AccessServiceClient;

namespace Entitlement.CommandLine.Access;

/// <summary>
/// <c>entitle access watch</c>: a line for each thing that a change of access touched, until interrupted.
/// </summary>
internal sealed class AccessWatchCommand : Command, IRpcCommand
{
    private readonly Option<string> _after = new("--after")
    {
        Description = "Also what was touched since the answer that gave this consistency token. [default: from now on]",
        HelpName = "TOKEN",
        DefaultValueFactory = _ => "",
    };

    private readonly Option<int?> _count = new("--count")
    {
        Description = "End after so many lines.",
        HelpName = "NUMBER",
    };

    public AccessWatchCommand()
        : base("watch", "Print what each change of access touches as it takes effect, until interrupted")
    {
        Options.Add(_after);
        Options.Add(_count);
        SetAction(RunAsync);
    }

    public MethodDescriptor Rpc { get; } = AccessCommands.Rpc(nameof(Stub.WatchAccess));

    private async Task<int> RunAsync(ParseResult parse, CancellationToken cancellation)
    {
        using var connection = Connection.Open(parse);
        var screen = Screen.Of(parse);
        var request = new WatchAccessRequest { After = parse.GetRequiredValue(_after) };
        var missing = parse.GetValue(_count) ?? int.MaxValue;
        var answers = connection.Stream<WatchAccessRequest, WatchAccessResponse>(Rpc, request, cancellation);
        await foreach (var answer in answers)
        {
            if (screen.IsJson)
            {
                screen.WriteJson(answer);
            }
            else if (answer.Changes.Count == 0)
            {
                screen.Note($"Watching from {answer.ConsistencyToken} on.");
            }

            foreach (var change in answer.Changes)
            {
                if (!screen.IsJson)
                {
                    screen.WriteLine($"{answer.ConsistencyToken}\t{change.Kind}\t{change.Name}".TrimEnd());
                }

                if (--missing <= 0)
                {
                    return (int)ExitCode.Ok;
                }
            }
        }

        return (int)ExitCode.Ok;
    }
}
