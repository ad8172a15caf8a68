using System.Diagnostics.Metrics;

namespace Entitlement.Server.Access.Cache.Shared;

/// <summary>How a look-up in Redis ended.</summary>
internal enum FindResult
{
    Hit,
    Miss,

    /// <summary>Something was there, and was not intact, or sealed by a key that is not known.</summary>
    Rejected,

    /// <summary>There was no answer in time.</summary>
    Failed,
}

/// <summary>What became of a hint.</summary>
internal enum HintResult
{
    Sent,
    Lost,
    Received,
    Rejected,
}

/// <summary>The meter <c>Entitlement.Access.Redis</c>; what is counted stands in the README.</summary>
internal sealed class SharedMetrics : IDisposable
{
    public const string MeterName = "Entitlement.Access.Redis";

    private readonly Meter _meter;
    private readonly Counter<long> _finds;
    private readonly Counter<long> _stores;
    private readonly Counter<long> _hints;
    private volatile bool _isConnected;

    public SharedMetrics(IMeterFactory meters)
    {
        _meter = meters.Create(MeterName);
        _finds = _meter.CreateCounter<long>(
            "entitlement.access.redis.finds", "{find}", "Look-ups in Redis, by how they ended.");
        _stores = _meter.CreateCounter<long>(
            "entitlement.access.redis.stores", "{store}", "Values sent to Redis, or dropped.");
        _hints = _meter.CreateCounter<long>(
            "entitlement.access.redis.hints", "{hint}", "Hints that access has changed.");
        _meter.CreateObservableGauge(
            "entitlement.access.redis.connected",
            () => _isConnected ? 1 : 0,
            description: "1 while Redis is there to be asked.");
    }

    public bool IsConnected
    {
        get => _isConnected;
        set => _isConnected = value;
    }

    public void Found(FindResult result) => _finds.Add(1, Tag("result", NameOf(result)));

    public void Stored(bool isKept) => _stores.Add(1, Tag("result", isKept ? "kept" : "dropped"));

    public void Hinted(HintResult result) => _hints.Add(1, Tag("result", NameOf(result)));

    public void Dispose() => _meter.Dispose();

    private static KeyValuePair<string, object?> Tag(string name, string value) => new(name, value);

    private static string NameOf(FindResult result) => result switch
    {
        FindResult.Hit => "hit",
        FindResult.Miss => "miss",
        FindResult.Rejected => "rejected",
        FindResult.Failed => "failed",
    };

    private static string NameOf(HintResult result) => result switch
    {
        HintResult.Sent => "sent",
        HintResult.Lost => "lost",
        HintResult.Received => "received",
        HintResult.Rejected => "rejected",
    };
}
