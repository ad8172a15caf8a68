using System.Text;
using System.Threading.Channels;
using Entitlement.Server.Access.Cache.Shared;
using Entitlement.Testing;
using StackExchange.Redis;

namespace Entitlement.Server.Tests.Access.Cache.Sharing;

public sealed class SharedValuesTests : IAsyncLifetime
{
    private const string Prefix = "entitlement:access:2:";

    private TestDatabase _database = null!;
    private RedisServer _redis = null!;

    public async Task InitializeAsync()
    {
        _database = await TestDatabase.CreateAsync(DatabaseKind.Sqlite);
        _redis = await RedisServer.StartAsync();
    }

    public async Task DisposeAsync()
    {
        await _redis.DisposeAsync();
        await _database.DisposeAsync();
    }

    [Fact]
    public async Task Gives_one_server_what_another_stored()
    {
        await using var one = await SharedNode.ConnectAsync(_database, _redis.Configuration);
        await using var other = await SharedNode.ConnectAsync(_database, _redis.Configuration);
        one.Store("a", 7, "seven");
        Assert.Equal((7, "seven"), await one.FindAsync("a"));

        Assert.Equal((7, "seven"), await other.FindAsync("a"));
        Assert.Null(await other.FindAsync("b"));
    }

    [Fact]
    public async Task Takes_nothing_that_was_altered_moved_or_made_up_in_redis_and_replaces_it()
    {
        await using var node = await SharedNode.ConnectAsync(_database, _redis.Configuration);
        using var raw = await _redis.ConnectAsync();
        var data = raw.GetDatabase();
        node.Store("a", 7, "seven");
        Assert.NotNull(await node.FindAsync("a"));
        byte[] stored = (await data.StringGetAsync(Prefix + "a"))!;
        var altered = stored.ToArray();
        altered[^40] ^= 1;

        foreach (var (name, value) in ((string, byte[])[])
            [("a", altered), ("b", stored), ("a", stored[..^1]), ("a", Encoding.UTF8.GetBytes("grant all"))])
        {
            await data.StringSetAsync(Prefix + name, value);
            Assert.Null(await node.FindAsync(name));
            node.Store(name, 8, "eight");
            Assert.Equal((8, "eight"), await node.FindAsync(name));
        }

        Assert.Equal(1, node.Logs.Lines.Count(line => line.EventId == 1183));
    }

    [Fact]
    public async Task Takes_no_value_of_another_schema_or_of_another_installation()
    {
        await using var otherDatabase = await TestDatabase.CreateAsync(DatabaseKind.Sqlite);
        await using var stranger = await SharedNode.ConnectAsync(otherDatabase, _redis.Configuration);
        await using var node = await SharedNode.ConnectAsync(_database, _redis.Configuration);
        using var raw = await _redis.ConnectAsync();
        var data = raw.GetDatabase();
        stranger.Store("theirs", 1, "grant all");
        Assert.NotNull(await stranger.FindAsync("theirs"));
        node.Store("a", 7, "seven");
        Assert.NotNull(await node.FindAsync("a"));
        await data.StringSetAsync("entitlement:access:0:a", await data.StringGetAsync(Prefix + "a"));
        var older = Seal.Close(node.Keys.Ring!.Newest, "entitlement:access:0:older", 1, "old"u8);
        await data.StringSetAsync(Prefix + "older", older);

        Assert.Null(await node.FindAsync("theirs"));
        Assert.Null(await node.FindAsync("older"));
    }

    [Fact]
    public async Task Tells_the_age_of_a_value_that_was_put_back()
    {
        await using var node = await SharedNode.ConnectAsync(_database, _redis.Configuration);
        node.Store("a", 5, "five");
        Assert.NotNull(await node.FindAsync("a"));
        var copy = await _redis.CopyAsync();
        node.Store("a", 6, "six");
        Assert.Equal((6, "six"), await node.FindAsync("a"));

        await _redis.StopAsync();
        await node.AwayAsync();
        await _redis.StartFromAsync(copy);
        await node.AnswersAsync(2);

        Assert.Equal((5, "five"), await node.FindAsync("a"));
    }

    [Fact]
    public async Task Asks_nobody_while_redis_is_away_and_comes_back_by_itself()
    {
        await using var node = await SharedNode.ConnectAsync(_database, _redis.Configuration);
        await _redis.StopAsync();
        await node.AwayAsync();

        node.Store("a", 1, "lost");
        node.Values.Hint(1);
        var whileAway = node.Values.FindAsync("a", CancellationToken.None);
        Assert.True(whileAway.IsCompletedSuccessfully);
        Assert.Null(await whileAway);

        await _redis.StartAgainAsync();
        await node.AnswersAsync(2);
        Assert.Null(await node.FindAsync("a"));
        node.Store("a", 2, "kept");
        Assert.Equal((2, "kept"), await node.FindAsync("a"));
    }

    [Fact]
    public async Task Starts_without_redis_and_finds_it_later()
    {
        await _redis.StopAsync();
        await using var node = await SharedNode.StartAsync(_database, _redis.Configuration);
        await node.AwayAsync();
        Assert.Null(await node.FindAsync("a"));

        await _redis.StartAgainAsync();
        await node.AnswersAsync();

        node.Store("a", 1, "one");
        Assert.Equal((1, "one"), await node.FindAsync("a"));
    }

    [Fact]
    public async Task Goes_on_without_a_redis_that_speaks_no_tls()
    {
        await using var node = await SharedNode.StartAsync(_database, _redis.Configuration + ",ssl=true");

        await node.AwayAsync();

        Assert.Null(await node.FindAsync("a"));
        Assert.DoesNotContain(node.Logs.Lines, line => line.EventId == 1180);
    }

    [Fact]
    public async Task Counts_how_look_ups_end_and_whether_redis_answers()
    {
        await using var node = await SharedNode.ConnectAsync(_database, _redis.Configuration);
        using var raw = await _redis.ConnectAsync();
        await raw.GetDatabase().StringSetAsync(Prefix + "b", "made up");
        node.Store("a", 1, "one");
        foreach (var name in (string[])["a", "a", "b", "c"])
        {
            await node.FindAsync(name);
        }

        Assert.Equal((2, 1, 1), (node.Finds("hit"), node.Finds("miss"), node.Finds("rejected")));
        Assert.Equal(1, node.Connected);
        await _redis.StopAsync();
        await node.AwayAsync();
        Assert.Equal(0, node.Connected);
    }

    [Fact]
    public async Task Gives_up_a_redis_that_does_not_answer_in_time_so_that_callers_wait_no_more()
    {
        await using var proxy = new RedisFaultProxy(_redis.Port, seed: 1);
        await using var node = await SharedNode.ConnectAsync(
            _database, proxy.Configuration, TimeSpan.FromMilliseconds(200));

        proxy.Faults = RedisFaults.Drop;
        var waiting = Enumerable.Range(0, 20).Select(_ => node.FindAsync("a"));
        Assert.All(await Task.WhenAll(waiting), found => Assert.Null(found));

        // Late once, as whoever is short of processors; late for a while, it is given up.
        var away = node.AwayAsync();
        var asked = 0;
        for (; !away.IsCompleted; asked++)
        {
            Assert.Null(await node.FindAsync("a"));
        }

        await away;
        Assert.InRange(asked, 1, int.MaxValue);
        var unasked = node.Values.FindAsync("a", CancellationToken.None);
        Assert.True(unasked.IsCompletedSuccessfully);
        Assert.Null(await unasked);

        proxy.Faults = RedisFaults.None;
        await node.AnswersAsync(2);
        node.Store("a", 1, "one");
        Assert.Equal((1, "one"), await node.FindAsync("a"));
    }

    [Fact]
    public async Task Stops_to_believe_a_connection_whose_answers_have_slipped()
    {
        await using var proxy = new RedisFaultProxy(_redis.Port, seed: 1);
        await using var node = await SharedNode.ConnectAsync(_database, proxy.Configuration);
        var names = Enumerable.Range(0, 20).Select(number => $"n{number}").ToList();
        foreach (var name in names)
        {
            node.Store(name, 1, name);
            Assert.Equal((1, name), await node.FindAsync(name));
        }

        // One answer twice: from now on each is the answer to the question before.
        proxy.Faults = RedisFaults.Repeat;
        await node.FindAsync(names[0]);
        proxy.Faults = RedisFaults.None;
        foreach (var name in names)
        {
            Assert.Equal(name, (await node.FindAsync(name))?.Text ?? name);
        }

        await node.AwayAsync();
        await node.AnswersAsync(2);
        Assert.Equal((1, "n3"), await node.FindAsync("n3"));
    }

    [Fact]
    public async Task Gives_up_a_connection_that_gives_nothing_intact()
    {
        await using var node = await SharedNode.ConnectAsync(_database, _redis.Configuration);
        using var raw = await _redis.ConnectAsync();
        await raw.GetDatabase().StringSetAsync(Prefix + "a", "answer to another question");

        for (var question = 0; question < 5; question++)
        {
            Assert.Null(await node.FindAsync("a"));
        }

        await node.AwayAsync();
        await node.AnswersAsync(2);
    }

    [Fact]
    public async Task Neither_stores_nor_fetches_what_is_too_large()
    {
        await using var node = await SharedNode.ConnectAsync(_database, _redis.Configuration);
        using var raw = await _redis.ConnectAsync();
        node.Values.Store("a", 1, new byte[Seal.MaxContent + 1]);
        await raw.GetDatabase().StringSetAsync(Prefix + "b", new byte[32 << 20]);

        Assert.Null(await node.FindAsync("a"));
        Assert.Null(await node.FindAsync("b"));
        Assert.False(await raw.GetDatabase().KeyExistsAsync(Prefix + "a"));
    }

    [Fact]
    public async Task Leaves_nothing_in_redis_for_ever()
    {
        await using var node = await SharedNode.ConnectAsync(_database, _redis.Configuration);
        using var raw = await _redis.ConnectAsync();
        node.Store("a", 1, "one");
        Assert.NotNull(await node.FindAsync("a"));

        var left = await raw.GetDatabase().KeyTimeToLiveAsync(Prefix + "a");

        Assert.InRange(left!.Value, TimeSpan.FromHours(23), TimeSpan.FromHours(24));
    }

    [Fact]
    public async Task Tells_other_servers_of_a_change_and_believes_no_forged_hint()
    {
        await using var one = await SharedNode.ConnectAsync(_database, _redis.Configuration);
        await using var other = await SharedNode.ConnectAsync(_database, _redis.Configuration);
        using var raw = await _redis.ConnectAsync();
        var hints = Channel.CreateUnbounded<long>();
        other.Values.Hinted += version => hints.Writer.TryWrite(version);
        var channel = new RedisChannel(Prefix + "hints", RedisChannel.PatternMode.Literal);
        one.Store("a", 99, "");
        Assert.NotNull(await one.FindAsync("a"));

        // Redis passes on in order, so what comes first has come when the last has.
        var moved = await raw.GetDatabase().StringGetAsync(Prefix + "a");
        foreach (var forged in (RedisValue[])["", "99", new byte[64], moved])
        {
            Assert.Equal(2, await raw.GetSubscriber().PublishAsync(channel, forged));
        }

        one.Values.Hint(41);
        one.Values.Hint(42);

        Assert.Equal(41, await NextAsync(hints));
        Assert.Equal(42, await NextAsync(hints));
    }

    [Fact]
    public async Task Keeps_passwords_and_keys_out_of_the_log()
    {
        await using var locked = await RedisServer.StartAsync("right-password");
        await using var wrong = await SharedNode.StartAsync(
            _database, $"127.0.0.1:{locked.Port},password=wrong-password,slipped");
        await wrong.AwayAsync();
        await using var right = await SharedNode.ConnectAsync(_database, locked.Configuration);
        right.Store("a", 1, "one");
        Assert.NotNull(await right.FindAsync("a"));

        var logs = wrong.Logs.Text + right.Logs.Text;
        Assert.DoesNotContain("password", logs, StringComparison.Ordinal);
        Assert.DoesNotContain("slipped", logs, StringComparison.Ordinal);
        var secret = Convert.ToHexString(right.Keys.Ring!.Newest.Secret);
        Assert.DoesNotContain(secret, logs, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task Gives_nothing_but_what_was_stored_whatever_the_network_does()
    {
        await using var proxy = new RedisFaultProxy(_redis.Port, seed: 20261122)
        {
            Rate = 0.04,
            Latency = TimeSpan.FromMilliseconds(60),
        };
        await using var node = await SharedNode.ConnectAsync(
            _database, proxy.Configuration, TimeSpan.FromMilliseconds(40));
        proxy.Faults = RedisFaults.All;
        var found = 0;
        for (var version = 1; proxy.Done < 15; version++)
        {
            var name = $"n{version % 7}";
            if (version % 3 == 0)
            {
                node.Store(name, version, $"{name} at {version}");
            }

            if (await node.FindAsync(name) is { } value)
            {
                found++;
                Assert.InRange(value.Version, 1, version);
                Assert.Equal($"{name} at {value.Version}", value.Text);
            }
            else
            {
                await node.BackAsync();
            }
        }

        proxy.Faults = RedisFaults.None;
        Assert.True(found > 100, $"{found} found");
        Assert.Contains(node.Logs.Lines, line => line.EventId == 1181);
    }

    [Fact]
    public async Task Works_with_garnet()
    {
        await using var garnet = await RedisServer.StartGarnetAsync();
        await using var one = await SharedNode.ConnectAsync(_database, garnet.Configuration);
        await using var other = await SharedNode.ConnectAsync(_database, garnet.Configuration);
        var hints = Channel.CreateUnbounded<long>();
        other.Values.Hinted += version => hints.Writer.TryWrite(version);

        one.Store("a", 7, "seven");
        Assert.Equal((7, "seven"), await one.FindAsync("a"));
        one.Values.Hint(8);

        Assert.Equal((7, "seven"), await other.FindAsync("a"));
        Assert.Equal(8, await NextAsync(hints));
        Assert.Null(await other.FindAsync("b"));
    }

    /// <summary>The next hint; one that never comes is a failure and no test without an end.</summary>
    private static Task<long> NextAsync(Channel<long> hints) =>
        hints.Reader.ReadAsync().AsTask().WaitAsync(TimeSpan.FromMinutes(1));
}
