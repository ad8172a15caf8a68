using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using System.Text;
using Entitlement.Server.Access.Cache.Shared;
using Entitlement.Testing;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Entitlement.Server.Tests.Access.Cache.Sharing;

/// <summary>
/// What one server has to share by: its keys, its link to Redis and its values, beside others on the same database.
/// </summary>
internal sealed class SharedNode : IAsyncDisposable
{
    /// <summary>Event ids of the link.</summary>
    private const int Answers = 1180;
    private const int Away = 1181;

    private readonly LoggerFactory _loggers;
    private readonly Meters _meters = new();
    private readonly MeterListener _listener = new();
    private readonly ConcurrentDictionary<string, long> _counted = new();
    private readonly SharedMetrics _metrics;
    private readonly RedisLink _link;

    private SharedNode(TestDatabase database, RedisOptions options, TimeProvider? clock)
    {
        clock ??= TimeProvider.System;
        _loggers = new LoggerFactory([Logs]);
        _metrics = new SharedMetrics(_meters);
        Listen();
        var checkedOptions = Options.Create(options);
        Keys = new CacheKeys(
            database.Contexts, database.Writer, database.Engine, clock, _loggers.CreateLogger<CacheKeys>());
        _link = new RedisLink(checkedOptions, Keys, _metrics, clock, _loggers.CreateLogger<RedisLink>());
        Values = new SharedValues(_link, Keys, checkedOptions, _metrics, _loggers.CreateLogger<SharedValues>());
    }

    public LogCapture Logs { get; } = new();

    public CacheKeys Keys { get; }

    public SharedValues Values { get; }

    /// <summary>1 while the meter says that Redis answers, else 0.</summary>
    public long Connected
    {
        get
        {
            _listener.RecordObservableInstruments();
            return _counted["entitlement.access.redis.connected"];
        }
    }

    /// <summary>How many look-ups ended so, as the meter says.</summary>
    public long Finds(string result) => _counted.GetValueOrDefault($"entitlement.access.redis.finds {result}");

    /// <summary>Ends when Redis has answered for as many times as were asked for here.</summary>
    public Task AnswersAsync(int times = 1) => Logs.ReachAsync(Answers, times);

    /// <summary>Ends when Redis was given up for as many times.</summary>
    public Task AwayAsync(int times = 1) => Logs.ReachAsync(Away, times);

    /// <summary>Ends when Redis has answered once more than it was given up; at once when it answers now.</summary>
    public Task BackAsync() => AnswersAsync(1 + Logs.Lines.Count(line => line.EventId == Away));

    /// <summary>Starts one that has a long patience for an answer and a short one before it connects again.</summary>
    public static async Task<SharedNode> StartAsync(
        TestDatabase database, string configuration, TimeSpan? timeout = null, TimeProvider? clock = null)
    {
        var options = new RedisOptions
        {
            Configuration = configuration,
            Timeout = timeout ?? TimeSpan.FromSeconds(5),
            ConnectTimeout = TimeSpan.FromSeconds(2),
            RetryInterval = TimeSpan.FromMilliseconds(10),
        };
        var node = new SharedNode(database, options, clock);
        await node._link.StartAsync(CancellationToken.None);
        return node;
    }

    /// <summary>Starts one, and waits until Redis answers it.</summary>
    public static async Task<SharedNode> ConnectAsync(
        TestDatabase database, string configuration, TimeSpan? timeout = null)
    {
        var node = await StartAsync(database, configuration, timeout);
        await node.AnswersAsync();
        return node;
    }

    /// <summary>What it finds under a name, as version and text; null for nothing.</summary>
    public async Task<(long Version, string Text)?> FindAsync(string name) =>
        await Values.FindAsync(name, CancellationToken.None) is { } found
            ? (found.Version, Encoding.UTF8.GetString(found.Content.Span))
            : null;

    public void Store(string name, long version, string text) =>
        Values.Store(name, version, Encoding.UTF8.GetBytes(text));

    public async ValueTask DisposeAsync()
    {
        _listener.Dispose();
        await _link.StopAsync(CancellationToken.None);
        _link.Dispose();
        _metrics.Dispose();
        _loggers.Dispose();
    }

    private void Listen()
    {
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Meter == _meters.Last)
            {
                listener.EnableMeasurementEvents(instrument);
            }
        };
        _listener.SetMeasurementEventCallback<long>((instrument, count, tags, _) =>
            _counted.AddOrUpdate($"{instrument.Name} {tags[0].Value}", count, (_, known) => known + count));
        _listener.SetMeasurementEventCallback<int>((instrument, value, _, _) => _counted[instrument.Name] = value);
        _listener.Start();
    }

    private sealed class Meters : IMeterFactory
    {
        public Meter? Last { get; private set; }

        public Meter Create(MeterOptions options) => Last = new Meter(options);

        public void Dispose()
        {
        }
    }
}
