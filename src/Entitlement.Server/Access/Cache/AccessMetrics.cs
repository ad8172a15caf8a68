using System.Collections.Concurrent;
using System.Diagnostics.Metrics;

namespace Entitlement.Server.Access.Cache;

/// <summary>Counts what the cache does: for <c>entitle access cache</c>, and as the meter <c>Entitlement.Access</c>.</summary>
internal sealed class AccessMetrics
{
    public const string MeterName = "Entitlement.Access";

    private readonly ConcurrentDictionary<SnapshotKind, long> _loads = new();
    private long _hits;
    private long _sharedHits;
    private long _misses;

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
        Meter = meter;
    }

    /// <summary>For what others tell of themselves.</summary>
    public Meter Meter { get; }

    public long Hits => Interlocked.Read(ref _hits);

    public long SharedHits => Interlocked.Read(ref _sharedHits);

    public long Misses => Interlocked.Read(ref _misses);

    public long Loads => _loads.Values.Sum();

    public void FoundHere(int count) => Interlocked.Add(ref _hits, count);

    public void FoundShared() => Interlocked.Increment(ref _sharedHits);

    public void Missed(int count) => Interlocked.Add(ref _misses, count);

    public void Loaded(SnapshotKind kind) => _loads.AddOrUpdate(kind, 1, static (_, count) => count + 1);
}
