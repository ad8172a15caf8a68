using Entitlement.Testing;
using Grpc.Health.V1;
using Microsoft.Extensions.Logging;
using Service = Grpc.Health.V1.Health;

namespace Entitlement.Server.Tests.Access.Cache.Sharing;

public class RedisAwayTests
{
    [Fact]
    public async Task A_server_starts_and_tells_that_it_serves_while_redis_is_away()
    {
        var settings = new HostSettings
        {
            Options = new() { ["Redis:Configuration"] = $"127.0.0.1:{FixedPort.Take()}" },
        };
        await using var host = await EntitlementHost.StartAsync(settings);
        await host.Logs.ReachAsync(1181, 1);

        var answer = await new Service.HealthClient(host.Anonymous).CheckAsync(new HealthCheckRequest());

        Assert.Equal(HealthCheckResponse.Types.ServingStatus.Serving, answer.Status);
        Assert.Equal(LogLevel.Warning, host.Logs.Lines.First(line => line.EventId == 1181).Level);
    }

    [Fact]
    public async Task A_server_without_redis_makes_no_key_for_it()
    {
        await using var host = await EntitlementHost.StartAsync();

        Assert.DoesNotContain(host.Logs.Lines, line => line.EventId is >= 1180 and < 1200);
    }
}
