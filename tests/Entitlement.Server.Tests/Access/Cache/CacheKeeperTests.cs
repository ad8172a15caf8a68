using Entitlement.Server.Access.Answers;
using Entitlement.Server.Access.Cache;
using Entitlement.Server.Tests.Access.Answers;
using Entitlement.Testing;
using Entitlement.V1;
using Microsoft.Extensions.DependencyInjection;

namespace Entitlement.Server.Tests.Access.Cache;

public sealed class CacheKeeperTests
{
    private static readonly TimeSpan Bound = TimeSpan.FromSeconds(1);

    [Fact]
    public async Task Waits_for_a_change_until_nobody_goes_by_what_stood_before()
    {
        await using var town = await Town.OpenAsync(DatabaseKind.Sqlite);
        var now = town.Clock.GetUtcNow();

        var awaiting = town.Host.Services.GetRequiredService<CacheKeeper>()
            .AwaitAsync(new AwaitAccessChangeRequest(), default, CancellationToken.None);
        town.Clock.Advance(Bound - TimeSpan.FromMilliseconds(1));
        Assert.False(awaiting.IsCompleted);
        town.Clock.Advance(TimeSpan.FromMilliseconds(1));

        Assert.Equal(now + Bound, (await awaiting).EffectiveTime.ToDateTimeOffset());
    }

    [Fact]
    public async Task Tells_at_once_when_a_change_counts_everywhere()
    {
        await using var town = await Town.OpenAsync(DatabaseKind.Sqlite);
        var (_, client) = await town.AddCallerAsync(town.Vendor);
        var token = (await client.CheckPermissionAsync(
            new CheckPermissionRequest { Check = new PermissionCheck { Permission = Permission.AccountRead } })).ConsistencyToken;

        var answer = await client.AwaitAccessChangeAsync(
            new AwaitAccessChangeRequest { ConsistencyToken = token, ReturnAtOnce = true });

        Assert.Equal(town.Clock.GetUtcNow() + Bound, answer.EffectiveTime.ToDateTimeOffset());
        Assert.Equal(token, answer.ConsistencyToken);
    }

    [Fact]
    public async Task Refuses_to_wait_for_what_never_was()
    {
        await using var town = await Town.OpenAsync(DatabaseKind.Sqlite);
        var (_, client) = await town.AddCallerAsync(town.Vendor);

        var refusal = await Town.RefusalAsync(client.AwaitAccessChangeAsync(
            new AwaitAccessChangeRequest { ConsistencyToken = "999999", ReturnAtOnce = true }));

        Assert.Equal("consistency_token", refusal.Info().Metadata["field"]);
    }

    [Fact]
    public async Task Shows_what_is_kept_and_drops_it_for_administrators_alone()
    {
        await using var town = await Town.OpenAsync(DatabaseKind.Sqlite);
        var (_, client) = await town.AddCallerAsync(account: null, "system-administrator");
        var (_, other) = await town.AddCallerAsync(town.Vendor, "supervisor", town.Vendor);
        await client.CheckPermissionAsync(new CheckPermissionRequest
        {
            Check = new PermissionCheck { Permission = Permission.AccountRead, Resource = town.CustomerName },
        });

        var metrics = town.Host.Services.GetRequiredService<AccessMetrics>();
        metrics.Lagged(TimeSpan.FromMilliseconds(17));
        var kept = await client.GetAccessCacheAsync(new GetAccessCacheRequest());
        var dropped = await client.DropAccessCacheAsync(new DropAccessCacheRequest());
        var after = await client.GetAccessCacheAsync(new GetAccessCacheRequest());

        Assert.Equal(3, kept.Entries.Single(entry => entry.Kind == "Account").Count);
        Assert.True(kept is { Hits: > 0, Loads: > 0, Bytes: > 0 });
        Assert.Equal(Bound, kept.MaxStaleness.ToTimeSpan());
        Assert.Equal(TimeSpan.FromMilliseconds(17), kept.ObservedLag.ToTimeSpan());
        Assert.Equal(kept.Entries.Sum(entry => entry.Count), dropped.Dropped);
        Assert.DoesNotContain(after.Entries, entry => entry.Kind == "Account");
        Assert.True(after.Loads > kept.Loads);
        Assert.Equal("PERMISSION_DENIED", await Town.ReasonAsync(other.GetAccessCacheAsync(new GetAccessCacheRequest())));
        Assert.Equal("PERMISSION_DENIED", await Town.ReasonAsync(other.DropAccessCacheAsync(new DropAccessCacheRequest())));
    }
}
