using System.Globalization;
using Entitlement.Server.Access.Cache;
using Entitlement.Testing;
using Microsoft.Extensions.DependencyInjection;
using Xunit.Abstractions;

namespace Entitlement.Server.Tests.Access.Cache.Sharing;

public sealed class TwoServersTests(ITestOutputHelper output) : IAsyncLifetime
{
    /// <summary>So long that whoever learns of a change before does not do so by it.</summary>
    private static readonly TimeSpan Long = TimeSpan.FromMinutes(1);

    private RedisServer _redis = null!;

    public async Task InitializeAsync() => _redis = await RedisServer.StartAsync();

    public async Task DisposeAsync() => await _redis.DisposeAsync();

    [Fact]
    public async Task A_revocation_is_seen_by_the_other_server_at_once_by_its_hint()
    {
        await using var servers = await TwoServers.StartAsync(Long, _redis.Configuration, _redis.Configuration);
        var took = new List<double>();
        for (var change = 0; change < 20; change++)
        {
            var isAllowed = change % 2 == 1;
            await servers.SetAsync(isAllowed);
            var since = TimeProvider.System.GetTimestamp();
            await servers.AskUntilAsync(servers.Second, isAllowed);
            took.Add(TimeProvider.System.GetElapsedTime(since).TotalMilliseconds);
        }

        took.Sort();
        output.WriteLine(string.Create(
            CultureInfo.InvariantCulture, $"Half within {took[10]:F1} ms, the last after {took[^1]:F1} ms."));

        // Other tests keep both processors busy meanwhile; without hints each would take half a minute.
        Assert.InRange(took[^1], 0, 10_000);
        var lag = servers.First.Services.GetRequiredService<AccessMetrics>().LastLag!.Value.TotalMilliseconds;
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"The first server's own hint took {lag:F1} ms."));
        Assert.InRange(lag, 0, 10_000);
    }

    [Fact]
    public async Task A_revocation_is_seen_within_the_bound_when_its_hint_is_lost()
    {
        await using var cut = new RedisFaultProxy(_redis.Port, seed: 1);
        await using var servers = await TwoServers.StartAsync(
            TimeSpan.FromMilliseconds(600), cut.Configuration, _redis.Configuration);
        Assert.True(await servers.AskAsync(servers.Second));
        cut.Faults = RedisFaults.Drop;

        await servers.SetAsync(isAllowed: false);

        await servers.AskUntilAsync(servers.Second, isAllowed: false);
    }

    [Fact]
    public async Task A_revocation_is_seen_at_once_by_whoever_brings_its_token()
    {
        await using var cut = new RedisFaultProxy(_redis.Port, seed: 1);
        await using var servers = await TwoServers.StartAsync(Long, cut.Configuration, _redis.Configuration);
        Assert.True(await servers.AskAsync(servers.Second));
        cut.Faults = RedisFaults.Drop;

        var token = await servers.SetAsync(isAllowed: false);

        Assert.True(await servers.AskAsync(servers.Second));
        Assert.False(await servers.AskAsync(servers.Second, token));
    }

    [Fact]
    public async Task What_one_server_read_the_other_has_from_redis()
    {
        await using var servers = await TwoServers.StartAsync(Long, _redis.Configuration, _redis.Configuration);
        Assert.True(await servers.AskAsync(servers.First));
        var before = servers.SharedHits;

        Assert.True(await servers.AskAsync(servers.Second));

        Assert.True(servers.SharedHits > before);
    }

    [Fact]
    public async Task An_old_copy_of_redis_brings_no_revoked_right_back()
    {
        await using var servers = await TwoServers.StartAsync(Long, _redis.Configuration, _redis.Configuration);
        Assert.True(await servers.AskAsync(servers.First));
        Assert.True(await servers.AskAsync(servers.Second));
        var copy = await _redis.CopyAsync();
        await servers.SetAsync(isAllowed: false);
        await servers.AskUntilAsync(servers.Second, isAllowed: false);

        await _redis.StopAsync();
        await servers.Second.Logs.ReachAsync(1181, 1);
        await _redis.StartFromAsync(copy);
        await servers.Second.Logs.ReachAsync(1180, 2);
        var before = servers.SharedHits;
        TwoServers.Forget(servers.Second);

        Assert.False(await servers.AskAsync(servers.Second));
        Assert.True(servers.SharedHits > before, "Nothing of the old copy was used, be it as true as before.");
    }

    [Fact]
    public async Task No_answer_is_older_than_the_bound_whatever_happens_on_the_way_to_redis()
    {
        await using var first = new RedisFaultProxy(_redis.Port, seed: 20261122) { Rate = 0.05 };
        await using var second = new RedisFaultProxy(_redis.Port, seed: 20261123) { Rate = 0.05 };
        await using var servers = await TwoServers.StartAsync(
            TimeSpan.FromMilliseconds(400), first.Configuration, second.Configuration);
        first.Faults = second.Faults = RedisFaults.All;
        for (var change = 0; change < 10; change++)
        {
            var isAllowed = change % 2 == 1;
            await servers.SetAsync(isAllowed);
            await Task.WhenAll(AskOftenAsync(servers.First, isAllowed), AskOftenAsync(servers.Second, isAllowed));
        }

        output.WriteLine($"{first.Done} and {second.Done} faults, {servers.SharedHits} of Redis used");
        Assert.True(first.Done + second.Done > 10 && servers.SharedHits > 0);

        async Task AskOftenAsync(EntitlementHost server, bool isAllowed)
        {
            for (var question = 0; question < 10; question++)
            {
                TwoServers.Forget(server);
                await servers.AskAsync(server);
            }

            await servers.AskUntilAsync(server, isAllowed);
        }
    }
}
