using System.Collections.Concurrent;
using System.Diagnostics.Metrics;

namespace Entitlement.Server.Access.Cache;

/// <summary>Counts what the cache does: for <c>entitle access cache</c>, and as the meter <c>Entitlement.Access</c>.</summary>
internal sealed class AccessMetrics
{
    public const string MeterName = "Entitlement.Access";

    private readonly ConcurrentDictionary<SnapshotKind, long> _loads = new();
    private readonly Meter _meter;
    private readonly Histogram<double> _lag;
    private long _hits;
    private long _sharedHits;
    private long _misses;
    private long _lastLag = -1;

    public AccessMetrics(IMeterFactory meters)
    {
        var meter = meters.Create(MeterName);
        meter.CreateObservableCounter(
            "entitlement.access.hits",
            () => new[]
            {
                new Measurement<long>(Hits, new KeyValuePair<string, object?>("layer", "process")),
                new Measurement<long>(SharedHits, new KeyValuePair<string, object?>("layer", "shared")),
            },
            description: "Snapshots that were at hand, by where.");
        meter.CreateObservableCounter(
            "entitlement.access.misses", () => Misses, description: "Snapshots that were not in memory, or not true any more.");
        meter.CreateObservableCounter(
            "entitlement.access.loads",
            () => _loads.Select(pair =>
                new Measurement<long>(pair.Value, new KeyValuePair<string, object?>("kind", $"{pair.Key}"))),
            description: "Snapshots that were read from the database.");
        _lag = meter.CreateHistogram<double>(
            "entitlement.access.lag",
            "s",
            "How long a change of access that this server committed took until it saw it in the way in which others do.");
        _meter = meter;
    }

    public long Hits => Interlocked.Read(ref _hits);

    public long SharedHits => Interlocked.Read(ref _sharedHits);

    public long Misses => Interlocked.Read(ref _misses);

    public long Loads => _loads.Values.Sum();

    /// <summary>What <see cref="AccessCanary"/> measured last; null before the first time.</summary>
    public TimeSpan? LastLag => Interlocked.Read(ref _lastLag) is >= 0 and var ticks ? TimeSpan.FromTicks(ticks) : null;

    /// <summary>Also tells how fresh and how large all of it is.</summary>
    public void Watch(AccessViews views, ProcessCache memory)
    {
        _meter.CreateObservableGauge(
            "entitlement.access.view.age", () => views.Age?.TotalSeconds ?? 0, "s", "How long ago the clock of access was read.");
        _meter.CreateObservableCounter(
            "entitlement.access.view.moves", () => views.Moves, description: "How often the clock of access was seen to move.");
        _meter.CreateObservableGauge(
            "entitlement.access.cache.size", () => memory.Bytes, "By", "Bytes of memory that snapshots take, about.");
    }

    public void FoundHere(int count) => Interlocked.Add(ref _hits, count);

    public void FoundShared() => Interlocked.Increment(ref _sharedHits);

    public void Lagged(TimeSpan lag)
    {
        Interlocked.Exchange(ref _lastLag, lag.Ticks);
        _lag.Record(lag.TotalSeconds);
    }

    public void Missed(int count) => Interlocked.Add(ref _misses, count);

    public void Loaded(SnapshotKind kind) => _loads.AddOrUpdate(kind, 1, static (_, count) => count + 1);
}
