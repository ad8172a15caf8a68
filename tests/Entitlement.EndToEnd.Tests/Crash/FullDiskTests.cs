using Entitlement.EndToEnd.Tests.Machinery;
using Grpc.Core;
using Grpc.Health.V1;
using ServingStatus = Grpc.Health.V1.HealthCheckResponse.Types.ServingStatus;

namespace Entitlement.EndToEnd.Tests.Crash;

/// <summary>A disk that takes no more, by the limit that the operating system sets to a process's files.</summary>
public sealed class FullDiskTests
{
    [Fact]
    public async Task Tells_that_it_does_not_serve_while_nothing_can_be_written_and_serves_again_when_there_is_room()
    {
        using var folder = new TemporaryFolder();
        await using var service = new Service(folder.Path)
        {
            // A write beyond the limit fails only where its signal is ignored, and that is inherited.
            Launcher = ["sh", "-c", "trap '' XFSZ; exec \"$@\"", "sh"],
        };
        await service.StartAsync("--Health:ProbeInterval=00:00:00.1", "--Health:WriteInterval=00:00:00.1");
        using var channel = service.OpenChannel();
        using var watch = new Health.HealthClient(channel).Watch(
            new HealthCheckRequest(), deadline: Service.Deadline(TimeSpan.FromMinutes(1)));
        await ReachAsync(watch, ServingStatus.Serving);

        await LimitAsync("1:");
        await ReachAsync(watch, ServingStatus.NotServing);
        await LimitAsync("unlimited:");
        await ReachAsync(watch, ServingStatus.Serving);

        async Task LimitAsync(string limit) => (await Command.RunAsync(
            "prlimit", "--pid", $"{service.ProcessId}", $"--fsize={limit}")).Succeeded();
    }

    private static async Task ReachAsync(AsyncServerStreamingCall<HealthCheckResponse> watch, ServingStatus status)
    {
        while (await watch.ResponseStream.MoveNext(CancellationToken.None))
        {
            if (watch.ResponseStream.Current.Status == status)
            {
                return;
            }
        }

        Assert.Fail($"The stream ended before it told {status}.");
    }
}
