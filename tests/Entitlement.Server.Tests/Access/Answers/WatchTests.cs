using Entitlement.Server.Access.Cache;
using Entitlement.Testing;
using Entitlement.V1;
using Grpc.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Entitlement.Server.Tests.Access.Answers;

public class WatchTests
{
    [Theory]
    [MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task Tells_each_change_once_and_again_to_who_comes_back_with_an_older_token(DatabaseKind database)
    {
        await using var town = await Town.OpenAsync(database);
        var ann = await town.AddUserAsync("Ann Lee", town.Customer);
        var (service, client) = await town.AddCallerAsync(null, "system-administrator");
        using var watch = client.WatchAccess(new WatchAccessRequest());
        var begin = await NextAsync(watch);

        await town.AssignAsync(ann, "licensing", town.Customer);
        var first = await NextAsync(watch, town.Clock);
        await town.JoinAsync(await town.AddGroupAsync(null, "Desk", ann), service);
        var second = await NextAsync(watch, town.Clock);
        using var again = client.WatchAccess(new WatchAccessRequest { After = begin.ConsistencyToken });
        var resumed = await NextAsync(again);
        var missed = await NextAsync(again);

        Assert.Empty(begin.Changes);
        Assert.Equal([(AccessChangeKind.Account, town.CustomerName)], Told(first));
        Assert.Equal([(AccessChangeKind.Principal, service), (AccessChangeKind.Principal, ann)], Told(second));
        Assert.Equal(begin.ConsistencyToken, resumed.ConsistencyToken);
        Assert.Equal([.. Told(second), .. Told(first)], Told(missed));
        Assert.Equal(second.ConsistencyToken, missed.ConsistencyToken);
    }

    [Fact]
    public async Task Ends_well_when_the_server_stops()
    {
        await using var town = await Town.OpenAsync(DatabaseKind.Sqlite);
        var (_, client) = await town.AddCallerAsync(null, "system-administrator");
        using var watch = client.WatchAccess(new WatchAccessRequest());
        await NextAsync(watch);

        town.Host.Services.GetRequiredService<IHostApplicationLifetime>().StopApplication();

        Assert.False(await watch.ResponseStream.MoveNext(CancellationToken.None));
        Assert.Equal(StatusCode.OK, watch.GetStatus().StatusCode);
    }

    [Fact]
    public async Task Ends_with_the_change_that_takes_the_right_to_watch()
    {
        await using var town = await Town.OpenAsync(DatabaseKind.Sqlite);
        var (service, client) = await town.AddCallerAsync(null);
        var right = await town.AssignAsync(service, "system-administrator", Guid.Empty);
        using var watch = client.WatchAccess(new WatchAccessRequest());
        await NextAsync(watch);

        await town.UnassignAsync(right);
        var refusal = await Assert.ThrowsAsync<RpcException>(() => NextAsync(watch, town.Clock));

        Assert.Equal("PERMISSION_DENIED", refusal.Reason());
    }

    [Fact]
    public async Task Is_for_those_who_may_see_access_everywhere()
    {
        await using var town = await Town.OpenAsync(DatabaseKind.Sqlite);
        var (_, client) = await town.AddCallerAsync(town.Vendor, "administrator", town.Vendor);
        using var watch = client.WatchAccess(new WatchAccessRequest());

        var refusal = await Assert.ThrowsAsync<RpcException>(
            () => watch.ResponseStream.MoveNext(CancellationToken.None));

        Assert.Equal("PERMISSION_DENIED", refusal.Reason());
    }

    private static (AccessChangeKind, string)[] Told(WatchAccessResponse answer) =>
        [.. answer.Changes.Select(change => (change.Kind, change.Name)).OrderBy(told => told)];

    /// <summary>With each tick the server looks at the clock of access; it begins to wait for one at a moment of its own.</summary>
    private static async Task<WatchAccessResponse> NextAsync(
        AsyncServerStreamingCall<WatchAccessResponse> watch, ManualClock? clock = null)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        var next = watch.ResponseStream.MoveNext(limit.Token);
        if (clock is not null)
        {
            using var pulse = new PeriodicTimer(TimeSpan.FromMilliseconds(10));
            do
            {
                clock.Advance(new AccessOptions().MaxStaleness / 2);
            }
            while (!next.IsCompleted && await pulse.WaitForNextTickAsync(limit.Token));
        }

        Assert.True(await next);
        return watch.ResponseStream.Current;
    }
}
