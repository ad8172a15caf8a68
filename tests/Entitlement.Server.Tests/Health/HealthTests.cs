using System.Data;
using Entitlement.Storage.Sqlite;
using Entitlement.Testing;
using Entitlement.V1;
using Google.Rpc;
using Grpc.Core;
using Grpc.Health.V1;
using Grpc.Net.Client;
using Microsoft.Data.Sqlite;
using Service = Grpc.Health.V1.Health;
using ServingStatus = Grpc.Health.V1.HealthCheckResponse.Types.ServingStatus;

namespace Entitlement.Server.Tests.Health;

public class HealthTests
{
    [Theory]
    [InlineData("")]
    [InlineData("entitlement.v1.KeyService")]
    [InlineData("grpc.health.v1.Health")]
    public async Task Is_serving_once_the_database_and_the_keys_are_there(string service)
    {
        await using var host = await EntitlementHost.StartAsync();
        var health = new Service.HealthClient(host.Anonymous);
        using var watch = health.Watch(new HealthCheckRequest { Service = service });
        await ReachAsync(watch, ServingStatus.Serving);

        var answer = await health.CheckAsync(new HealthCheckRequest { Service = service });

        Assert.Equal(ServingStatus.Serving, answer.Status);
    }

    [Fact]
    public async Task Does_not_know_a_service_that_is_not_served()
    {
        await using var host = await EntitlementHost.StartAsync();
        var health = new Service.HealthClient(host.Anonymous);

        var refusal = await Assert.ThrowsAsync<RpcException>(
            async () => await health.CheckAsync(new HealthCheckRequest { Service = "entitlement.v1.Nothing" }));

        Assert.Equal((StatusCode.NotFound, "NOT_FOUND"), (refusal.StatusCode, refusal.Reason()));
        Assert.Equal("entitlement.v1.Nothing", refusal.Info().Metadata["resource"]);
        using var watch = health.Watch(new HealthCheckRequest { Service = "entitlement.v1.Nothing" });
        await ReachAsync(watch, ServingStatus.ServiceUnknown);
    }

    [Fact]
    public async Task Tells_a_database_that_is_gone_and_that_it_came_back()
    {
        var settings = new HostSettings { Options = new() { ["Health:ProbeInterval"] = "00:00:00.1" } };
        await using var host = await EntitlementHost.StartAsync(settings);
        using var watch = new Service.HealthClient(host.Anonymous).Watch(new HealthCheckRequest());
        await ReachAsync(watch, ServingStatus.Serving);

        File.Move(host.DatabaseFile, $"{host.DatabaseFile}.away");
        await ReachAsync(watch, ServingStatus.NotServing);
        File.Move($"{host.DatabaseFile}.away", host.DatabaseFile);
        await ReachAsync(watch, ServingStatus.Serving);

        Assert.Single(host.Logs.Lines, line => line.EventId == 1300);
    }

    [Fact]
    public async Task Tells_a_database_that_keeps_no_change_and_does_not_wait_for_it_longer_than_it_may()
    {
        var settings = new HostSettings
        {
            Options = new()
            {
                ["Health:ProbeInterval"] = "00:00:00.1",
                // Long enough that only a database which does not answer is taken for one, however busy the machine is.
                ["Health:ProbeTimeout"] = "00:00:02",
                ["Health:WriteInterval"] = "00:00:00.1",
            },
        };
        await using var host = await EntitlementHost.StartAsync(settings);
        using var watch = new Service.HealthClient(host.Anonymous).Watch(new HealthCheckRequest());
        await ReachAsync(watch, ServingStatus.Serving);

        // Whoever reads gets an answer all the time; whoever writes waits for this one.
        await using (var other = new SqliteConnection(SqliteStorage.ConnectionStringOf(host.DatabaseFile)))
        {
            await other.OpenAsync();
            await using var hold = await other.BeginTransactionAsync(IsolationLevel.Serializable);
            await ReachAsync(watch, ServingStatus.NotServing);
        }

        await ReachAsync(watch, ServingStatus.Serving);
        Assert.Contains(host.Logs.Lines, line => line is { EventId: 1300, Exception: TimeoutException });
    }

    [Fact]
    public async Task Tells_watchers_that_the_server_stops_and_lets_them_go()
    {
        await using var host = await EntitlementHost.StartAsync();

        // Not one of the host's own, which it disposes when the server has stopped.
        using var channel = GrpcChannel.ForAddress(host.GrpcAddress);
        using var watch = new Service.HealthClient(channel).Watch(new HealthCheckRequest());
        await ReachAsync(watch, ServingStatus.Serving);

        var stopping = host.StopAsync();

        await ReachAsync(watch, ServingStatus.NotServing);
        Assert.False(await watch.ResponseStream.MoveNext(CancellationToken.None));
        await stopping;
    }

    [Fact]
    public async Task Bounds_how_many_watch_and_gives_a_place_back()
    {
        var settings = new HostSettings { Options = new() { ["Health:MaxWatchers"] = "1" } };
        await using var host = await EntitlementHost.StartAsync(settings);
        var health = new Service.HealthClient(host.Anonymous);
        var first = health.Watch(new HealthCheckRequest());
        await ReachAsync(first, ServingStatus.Serving);

        using var second = health.Watch(new HealthCheckRequest());
        var refusal = await Assert.ThrowsAsync<RpcException>(() => second.ResponseStream.MoveNext(CancellationToken.None));
        Assert.Equal((StatusCode.ResourceExhausted, "TOO_MANY_WATCHERS"), (refusal.StatusCode, refusal.Reason()));
        Assert.True(refusal.Find<RetryInfo>()!.RetryDelay.ToTimeSpan() > TimeSpan.Zero);
        first.Dispose();

        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while (await TryWatchAsync(health) is StatusCode.ResourceExhausted)
        {
            limit.Token.ThrowIfCancellationRequested();
        }
    }

    [Fact]
    public async Task Says_not_serving_and_still_answers_while_load_balancers_turn_away()
    {
        var clock = new ManualClock(TimeProvider.System.GetUtcNow());
        var settings = new HostSettings { Clock = clock, Options = new() { ["Server:DrainDelay"] = "00:00:10" } };
        await using var host = await EntitlementHost.StartAsync(settings);
        var (keys, health) = (new KeyService.KeyServiceClient(host.Anonymous), new Service.HealthClient(host.Anonymous));
        using var watch = health.Watch(new HealthCheckRequest());
        await ReachAsync(watch, ServingStatus.Serving);

        var stopping = host.StopAsync();
        await ReachAsync(watch, ServingStatus.NotServing);
        Assert.NotEmpty((await keys.GetJwksAsync(new GetJwksRequest())).Jwks);
        Assert.False(stopping.IsCompleted);

        // The delay may begin a moment after the state was told, so the clock is moved until it is over.
        while (!stopping.IsCompleted)
        {
            clock.Advance(TimeSpan.FromSeconds(10));
            await Task.Yield();
        }

        await stopping;
    }

    /// <summary>Reads on until the state is told; the states before it may or may not be seen.</summary>
    private static async Task ReachAsync(AsyncServerStreamingCall<HealthCheckResponse> watch, ServingStatus status)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while (await watch.ResponseStream.MoveNext(limit.Token))
        {
            if (watch.ResponseStream.Current.Status == status)
            {
                return;
            }
        }

        Assert.Fail($"The stream ended before it told {status}.");
    }

    private static async Task<StatusCode> TryWatchAsync(Service.HealthClient health)
    {
        using var watch = health.Watch(new HealthCheckRequest());
        try
        {
            Assert.True(await watch.ResponseStream.MoveNext(CancellationToken.None));
            return StatusCode.OK;
        }
        catch (RpcException refusal)
        {
            return refusal.StatusCode;
        }
    }
}
