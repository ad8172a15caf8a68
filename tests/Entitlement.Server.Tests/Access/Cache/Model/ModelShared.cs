using Entitlement.Server.Access.Cache;

namespace Entitlement.Server.Tests.Access.Cache.Model;

/// <summary>What all nodes share: it loses things, goes back to what it was, gives what it had long ago, and goes away.</summary>
internal sealed class ModelShared
{
    private readonly List<Snapshot> _all = [];
    private Dictionary<SnapshotKey, Snapshot> _kept = [];
    private Dictionary<SnapshotKey, Snapshot> _backup = [];

    public bool IsDown { get; set; }

    /// <summary>Hints on their way: to which node, of which version.</summary>
    public List<(ModelNode Node, long Version)> Hints { get; } = [];

    public Snapshot? Find(SnapshotKey key) => IsDown ? null : _kept.GetValueOrDefault(key);

    public void Store(Snapshot snapshot)
    {
        if (!IsDown)
        {
            _all.Add(snapshot);
            _kept[snapshot.Key] = snapshot;
        }
    }

    public void BackUp() => _backup = new(_kept);

    public void Restore() => _kept = new(_backup);

    public void Lose() => _kept.Clear();

    /// <summary>Puts back something that it had at any time.</summary>
    public void Replay(int index)
    {
        if (_all.Count > 0)
        {
            var old = _all[index % _all.Count];
            _kept[old.Key] = old;
        }
    }
}

/// <summary>What one node sees of it.</summary>
internal sealed class SharedOfNode(ModelShared shared, Func<Snapshot, Snapshot> alter) : ISharedSnapshots
{
    // Hints reach a node's view through the model, as they reach it through its background service.
    public event Action<long>? Hinted
    {
        add { }
        remove { }
    }

    public string State => "model";

    public ValueTask<Snapshot?> FindAsync(SnapshotKey key, CancellationToken cancellationToken) =>
        ValueTask.FromResult(shared.Find(key) is { } found ? alter(found) : null);

    public void Store(Snapshot snapshot) => shared.Store(snapshot);

    public void Hint(long version)
    {
    }

    public Task DropAsync(CancellationToken cancellationToken)
    {
        shared.Lose();
        return Task.CompletedTask;
    }
}
