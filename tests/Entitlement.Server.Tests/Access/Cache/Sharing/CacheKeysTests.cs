using Entitlement.Server.Access.Cache.Shared;
using Entitlement.Storage.Access;
using Entitlement.Testing;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging.Abstractions;

namespace Entitlement.Server.Tests.Access.Cache.Sharing;

public class CacheKeysTests
{
    private static readonly DateTimeOffset Start = new(2026, 11, 22, 9, 0, 0, TimeSpan.Zero);

    [Theory]
    [MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task Servers_that_start_at_once_agree_on_one_key(DatabaseKind kind)
    {
        await using var database = await TestDatabase.CreateAsync(kind);
        var servers = Enumerable.Range(0, 8).Select(_ => KeysOf(database, new ManualClock(Start))).ToList();

        Assert.All(await Task.WhenAll(servers.Select(keys => keys.TryReadAsync(CancellationToken.None))), Assert.True);

        await using var db = database.CreateContext();
        var stored = Assert.Single(await db.AccessCacheKeys.ToListAsync());
        Assert.All(servers, keys => Assert.Equal([stored.Id], keys.Ring!.Keys.Select(key => key.Id)));
        Assert.All(servers, keys => Assert.Equal(stored.Secret, keys.Ring!.Newest.Secret));
        Assert.True(stored.Secret.Distinct().Count() > 8, "No random secret.");
    }

    [Theory]
    [MemberData(nameof(Databases.Usual), MemberType = typeof(Databases))]
    public async Task A_key_is_followed_after_thirty_days_and_forgotten_after_sixty(DatabaseKind kind)
    {
        await using var database = await TestDatabase.CreateAsync(kind);
        var clock = new ManualClock(Start);
        var keys = KeysOf(database, clock);
        await keys.TryReadAsync(CancellationToken.None);
        var first = keys.Ring!.Newest;
        var value = Seal.Close(first, "name", 1, []);

        clock.Advance(CacheKeys.Lifetime - TimeSpan.FromMilliseconds(1));
        await keys.TryReadAsync(CancellationToken.None);
        Assert.Equal(first.Id, keys.Ring.Newest.Id);

        clock.Advance(TimeSpan.FromMilliseconds(1));
        await keys.TryReadAsync(CancellationToken.None);
        Assert.NotEqual(first.Id, keys.Ring.Newest.Id);
        Assert.Equal(SealState.Intact, Seal.Open(keys.Ring, "name", value, out _, out _));

        clock.Advance(CacheKeys.Lifetime);
        await keys.TryReadAsync(CancellationToken.None);
        Assert.Equal(SealState.UnknownKey, Seal.Open(keys.Ring, "name", value, out _, out _));
        await using var db = database.CreateContext();
        Assert.Equal(
            [2, 3],
            await db.AccessCacheKeys.Select(key => key.Number).OrderBy(number => number).ToListAsync());
    }

    [Fact]
    public async Task What_a_replaced_key_sealed_counts_for_nothing_any_more()
    {
        await using var database = await TestDatabase.CreateAsync(DatabaseKind.Sqlite);
        var keys = KeysOf(database, new ManualClock(Start));
        await keys.TryReadAsync(CancellationToken.None);
        var value = Seal.Close(keys.Ring!.Newest, "name", 1, []);

        await keys.ReplaceAsync(CancellationToken.None);

        Assert.Equal(SealState.UnknownKey, Seal.Open(keys.Ring, "name", value, out _, out _));
        await using var db = database.CreateContext();
        Assert.Equal([2], await db.AccessCacheKeys.Select(key => key.Number).ToListAsync());
    }

    [Fact]
    public async Task A_server_learns_the_next_key_from_the_first_value_under_it()
    {
        await using var database = await TestDatabase.CreateAsync(DatabaseKind.Sqlite);
        await using var redis = await RedisServer.StartAsync();
        await using var one = await SharedNode.ConnectAsync(database, redis.Configuration);
        var next = await MakeNextAsync(database);
        await using var other = await SharedNode.ConnectAsync(database, redis.Configuration);
        Assert.Equal(next.Id, other.Keys.Ring!.Newest.Id);
        Assert.NotEqual(next.Id, one.Keys.Ring!.Newest.Id);
        other.Store("a", 1, "one");
        Assert.NotNull(await other.FindAsync("a"));

        Assert.Null(await one.FindAsync("a"));
        await one.Keys.Reading;

        Assert.Equal((1, "one"), await one.FindAsync("a"));
        one.Store("b", 2, "two");
        Assert.Equal((2, "two"), await one.FindAsync("b"));
        Assert.Equal((2, "two"), await other.FindAsync("b"));
    }

    [Fact]
    public async Task Keeps_what_it_knew_while_the_database_is_away()
    {
        await using var database = await TestDatabase.CreateAsync(DatabaseKind.Sqlite);
        var clock = new ManualClock(Start);
        var keys = KeysOf(database, clock);
        await keys.TryReadAsync(CancellationToken.None);
        var known = keys.Ring;
        await using (var db = database.CreateContext())
        {
            await db.Database.ExecuteSqlRawAsync("DROP TABLE AccessCacheKeys");
        }

        Assert.False(await keys.TryReadAsync(CancellationToken.None));

        Assert.Same(known, keys.Ring);
    }

    private static CacheKeys KeysOf(TestDatabase database, TimeProvider clock) =>
        new(database.Contexts, database.Writer, database.Engine, clock, NullLogger<CacheKeys>.Instance);

    private static Task<AccessCacheKey> MakeNextAsync(TestDatabase database) => database.Writer.RunAsync(
        (db, _) =>
        {
            var secret = Enumerable.Range(0, AccessCacheKey.SecretLength).Select(number => (byte)number);
            var next = AccessCacheKey.Make(2, [.. secret], DateTimeOffset.UnixEpoch.AddYears(60));
            db.Add(next);
            return Task.FromResult(next);
        },
        CancellationToken.None);
}
