using System.Collections.Concurrent;
using Entitlement.Server.Access.Cache;

namespace Entitlement.Server.Tests.Access.Cache;

/// <summary>What servers share, in memory: it can be put back, and hints come when a test says so.</summary>
internal sealed class ModelShare : ISharedSnapshots
{
    private readonly ConcurrentDictionary<SnapshotKey, Snapshot> _kept = new();

    public event Action<long>? Hinted;

    public string State => "a model";

    /// <summary>The hints that were given and that nobody got yet.</summary>
    public ConcurrentQueue<long> Hints { get; } = new();

    public ValueTask<Snapshot?> FindAsync(SnapshotKey key, CancellationToken cancellationToken) =>
        ValueTask.FromResult(_kept.GetValueOrDefault(key));

    public void Store(Snapshot snapshot) => _kept[snapshot.Key] = snapshot;

    public void Hint(long version) => Hints.Enqueue(version);

    public Task DropAsync(CancellationToken cancellationToken)
    {
        _kept.Clear();
        return Task.CompletedTask;
    }

    /// <summary>All that is in it now, to be put back later.</summary>
    public IReadOnlyList<Snapshot> Copy() => [.. _kept.Values];

    public void PutBack(IReadOnlyList<Snapshot> copy) => copy.ToList().ForEach(Store);

    /// <summary>Has a hint arrive, at everybody.</summary>
    public void Deliver(long version) => Hinted?.Invoke(version);
}
