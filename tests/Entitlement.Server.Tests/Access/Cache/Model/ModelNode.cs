using Entitlement.Server.Access.Cache;
using Entitlement.Testing;

namespace Entitlement.Server.Tests.Access.Cache.Model;

/// <summary>Parts of a node that a test breaks, to see that the proof would notice.</summary>
internal sealed record Breakage
{
    /// <summary>What the log tells.</summary>
    public Func<AccessLogPage, AccessLogPage> Log { get; init; } = page => page;

    /// <summary>What a load brings.</summary>
    public Func<Snapshot, Snapshot> Load { get; init; } = snapshot => snapshot;

    /// <summary>What the nodes share.</summary>
    public Func<Snapshot, Snapshot> Share { get; init; } = snapshot => snapshot;

    /// <summary>What shows the age of a view.</summary>
    public Func<TimeProvider, TimeProvider> Clock { get; init; } = clock => clock;
}

/// <summary>One server, of which the model knows what it was asked and what it loaded.</summary>
internal sealed class ModelNode : IAccessSource, IDisposable
{
    private readonly ModelDatabase _database;
    private readonly Gates _gates;
    private readonly Breakage _broken;
    private readonly Node _node;
    private readonly Dictionary<(Guid Id, long Version), int> _loads = [];

    public ModelNode(ModelDatabase database, Gates gates, ModelShare shared, ManualClock clock, Breakage broken)
    {
        (_database, _gates, _broken) = (database, gates, broken);
        _node = new Node(this, broken.Clock(clock), shared);
    }

    public AccessViews Views => _node.Views;

    public AccessCache Cache => _node.Cache;

    /// <summary>Of the readings to come.</summary>
    public Slowness Slowness { get; set; }

    /// <summary>The newest version by which anything was answered.</summary>
    public long Answered { get; set; }

    /// <summary>What this node itself changed and knows of.</summary>
    public long Committed { get; set; }

    /// <summary>Most loads of one thing that brought something, and began while this node knew of no newer version.</summary>
    public int MostLoads => _loads.Values.DefaultIfEmpty().Max();

    public async Task<AccessLogPage> ReadLogAsync(long? since, CancellationToken cancellationToken) => _broken.Log(
        await _gates.PassAsync(Slowness, () => _database.ReadLogAsync(since, cancellationToken), cancellationToken));

    public async Task<Snapshot> LoadAsync(SnapshotKey key, CancellationToken cancellationToken)
    {
        var begun = (key.Id, Views.Newest!.Version);
        var loaded = await _gates.PassAsync(Slowness, () => _database.LoadAsync(key, cancellationToken), cancellationToken);
        _loads[begun] = _loads.GetValueOrDefault(begun) + 1;
        return _broken.Load(loaded);
    }

    public void Dispose() => _node.Dispose();
}
