using System.CommandLine;
using Entitlement.CommandLine.Display;
using Entitlement.CommandLine.Invocation;
using Entitlement.CommandLine.Rpc;
using Google.Protobuf.Reflection;
using Grpc.Health.V1;
using Serving = Grpc.Health.V1.HealthCheckResponse.Types.ServingStatus;
using Stub = Grpc.Health.V1.Health.HealthClient;

namespace Entitlement.CommandLine.Health;

/// <summary><c>entitle health</c></summary>
internal static class HealthCommand
{
    private static readonly Option<string> Service = new("--service")
    {
        Description = "Full name of one gRPC service. [default: the whole server]",
        HelpName = "NAME",
        DefaultValueFactory = _ => "",
    };

    private static readonly Option<TimeSpan?> Wait = new("--wait")
    {
        Description = "Wait so long for a service that just starts, such as 30s. [default: do not wait]",
        HelpName = "DURATION",
        CustomParser = result => Durations.Parse(result),
    };

    public static Command Create() => new CheckCommand { Service, Wait, new WatchCommand() };

    private static MethodDescriptor Rpc(string name) => HealthReflection.Descriptor.Services.Single().FindMethodByName(name);

    private static ExitCode Show(Screen screen, HealthCheckResponse answer)
    {
        if (screen.IsJson)
        {
            screen.WriteJson(answer);
        }
        else
        {
            screen.WriteLine(Text(answer));
        }

        return answer.Status == Serving.Serving ? ExitCode.Ok : ExitCode.Unreachable;
    }

    private static string Text(HealthCheckResponse answer) => answer.Status switch
    {
        Serving.Serving => "serving",
        Serving.NotServing => "not serving",
        Serving.ServiceUnknown => "unknown service",
        _ => "unknown",
    };

    private sealed class CheckCommand() : RpcCommand<HealthCheckRequest, HealthCheckResponse>(
        "health",
        "Ask whether the service serves",
        HealthCommand.Rpc(nameof(Stub.Check)),
        (parse, request) => request.Service = parse.GetRequiredValue(Service),
        Show)
    {
        private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);

        protected override async Task<HealthCheckResponse> CallAsync(
            Connection connection, HealthCheckRequest request, ParseResult parse, CancellationToken cancellation)
        {
            if (parse.GetValue(Wait) is not { } patience)
            {
                return await base.CallAsync(connection, request, parse, cancellation);
            }

            var begun = TimeProvider.System.GetTimestamp();
            while (true)
            {
                var left = patience - TimeProvider.System.GetElapsedTime(begun);
                var answer = await connection.CallWhenReadyAsync<HealthCheckRequest, HealthCheckResponse>(Rpc, request, left, cancellation);
                if (answer.Status == Serving.Serving || left < Pause)
                {
                    return answer;
                }

                await Task.Delay(Pause, TimeProvider.System, cancellation);
            }
        }
    }

    /// <summary><c>entitle health watch</c>: a line at once and at each change, until interrupted.</summary>
    private sealed class WatchCommand : Command, IRpcCommand
    {
        private readonly Option<int?> _count = new("--count") { Description = "End after so many lines.", HelpName = "NUMBER" };

        public WatchCommand()
            : base("watch", "Print the state at once and whenever it changes, until interrupted")
        {
            Options.Add(Service);
            Options.Add(_count);
            SetAction(async (parse, cancellation) =>
            {
                using var connection = Connection.Open(parse);
                var screen = Screen.Of(parse);
                var request = new HealthCheckRequest { Service = parse.GetRequiredValue(Service) };
                var missing = parse.GetValue(_count) ?? int.MaxValue;
                await foreach (var answer in connection.Stream<HealthCheckRequest, HealthCheckResponse>(Rpc, request, cancellation))
                {
                    Show(screen, answer);
                    if (--missing <= 0)
                    {
                        break;
                    }
                }

                return (int)ExitCode.Ok;
            });
        }

        public MethodDescriptor Rpc { get; } = HealthCommand.Rpc(nameof(Stub.Watch));
    }
}
