using Entitlement.Server.Access.Cache;
using Entitlement.Storage;
using Entitlement.Storage.Access;
using Entitlement.Testing;
using Entitlement.V1;
using Grpc.Core;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Entitlement.Server.Tests.Access.Cache;

/// <summary>Changes of access that are too long ago to be of use.</summary>
public sealed class LogSweepTests
{
    /// <summary>What is kept, twice as much as is trusted.</summary>
    private const long Kept = 2 * AccessLog.WholeVersions;

    [Theory]
    [MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task Clears_away_old_changes_and_none_that_a_reader_may_still_need(DatabaseKind database)
    {
        await using var host = await EntitlementHost.StartAsync(new HostSettings { Database = database });
        await host.PrincipalAsync();
        var old = await ReadAsync(host, db => db.ReadVersionAsync(CancellationToken.None));
        await MoveClockAsync(host, old + Kept - 1);
        await host.PrincipalAsync();

        await SweepAsync(host);

        Assert.Equal([old + Kept], await VersionsAsync(host));

        await MoveClockAsync(host, old + Kept + Kept - 1);
        await SweepAsync(host);

        Assert.Equal([old + Kept], await VersionsAsync(host));
    }

    [Fact]
    public async Task Who_has_not_read_what_was_cleared_away_believes_nothing_from_before()
    {
        await using var host = await EntitlementHost.StartAsync();
        await host.PrincipalAsync();
        var source = host.Services.GetRequiredService<IAccessSource>();
        var known = (await source.ReadLogAsync(since: null, CancellationToken.None)).Version - 1;
        await MoveClockAsync(host, known + Kept);
        await host.PrincipalAsync();
        var before = await source.ReadLogAsync(known, CancellationToken.None);

        await SweepAsync(host);

        var after = await source.ReadLogAsync(known, CancellationToken.None);
        Assert.True(before.From <= known);
        Assert.True(after.From > known);
    }

    [Fact]
    public async Task A_watcher_who_comes_back_too_late_is_told_to_watch_anew()
    {
        await using var host = await EntitlementHost.StartAsync();
        var client = new AccessService.AccessServiceClient(
            await host.ConnectAsAsync(("system-administrator", "")));
        var old = await ReadAsync(host, db => db.ReadVersionAsync(CancellationToken.None));
        await MoveClockAsync(host, old + AccessLog.WholeVersions);
        await host.PrincipalAsync();

        using var watch = client.WatchAccess(new WatchAccessRequest { After = $"{old}" });
        var refusal = await Assert.ThrowsAsync<RpcException>(() => watch.ResponseStream.MoveNext(CancellationToken.None));

        Assert.Equal(StatusCode.InvalidArgument, refusal.StatusCode);
    }

    private static Task SweepAsync(EntitlementHost host) =>
        host.Services.GetServices<IHostedService>().OfType<AccessLogSweep>().Single().SweepAsync(CancellationToken.None);

    /// <summary>As if there had been so many changes.</summary>
    private static Task<int> MoveClockAsync(EntitlementHost host, long version) => ReadAsync(
        host, db => db.AccessClock.ExecuteUpdateAsync(row => row.SetProperty(clock => clock.Version, version)));

    private static Task<List<long>> VersionsAsync(EntitlementHost host) => ReadAsync(
        host, db => db.AccessChanges.Select(change => change.Version).Distinct().ToListAsync());

    private static async Task<T> ReadAsync<T>(EntitlementHost host, Func<EntitlementDbContext, Task<T>> read)
    {
        await using var db = await host.Services.GetRequiredService<IDbContextFactory<EntitlementDbContext>>().CreateDbContextAsync();
        return await read(db);
    }
}
