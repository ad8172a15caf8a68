using System.Collections.Concurrent;
using Entitlement.Server.Access.Cache;

namespace Entitlement.Server.Tests.Access.Cache;

/// <summary>
/// What servers share, in memory: it loses things, goes back to what it was, gives what it had long ago, and goes away; and hints
/// come when a test says so.
/// </summary>
internal sealed class ModelShare : ISharedSnapshots
{
    private readonly ConcurrentDictionary<SnapshotKey, Snapshot> _kept = new();
    private readonly List<Snapshot> _all = [];

    public event Action<long>? Hinted;

    public string State => "a model";

    public bool IsDown { get; set; }

    /// <summary>Spoils what is found.</summary>
    public Func<Snapshot, Snapshot> Found { get; init; } = snapshot => snapshot;

    /// <summary>The hints that were given and that nobody got yet.</summary>
    public ConcurrentQueue<long> Hints { get; } = new();

    public ValueTask<Snapshot?> FindAsync(SnapshotKey key, CancellationToken cancellationToken) => ValueTask.FromResult(
        !IsDown && _kept.TryGetValue(key, out var kept) ? Found(kept) : null);

    public void Store(Snapshot snapshot)
    {
        if (!IsDown)
        {
            lock (_all)
            {
                _all.Add(snapshot);
            }

            _kept[snapshot.Key] = snapshot;
        }
    }

    public void Hint(long version) => Hints.Enqueue(version);

    public Task DropAsync(CancellationToken cancellationToken)
    {
        _kept.Clear();
        return Task.CompletedTask;
    }

    /// <summary>All that is in it now, to be put back later.</summary>
    public IReadOnlyList<Snapshot> Copy() => [.. _kept.Values];

    /// <summary>Has what it had, and nothing else.</summary>
    public void PutBack(IReadOnlyList<Snapshot> copy)
    {
        _kept.Clear();
        foreach (var snapshot in copy)
        {
            _kept[snapshot.Key] = snapshot;
        }
    }

    /// <summary>Puts back one thing that it had at any time.</summary>
    public void Replay(int index)
    {
        lock (_all)
        {
            if (_all.Count > 0)
            {
                var old = _all[index % _all.Count];
                _kept[old.Key] = old;
            }
        }
    }

    /// <summary>Has a hint arrive, at everybody.</summary>
    public void Deliver(long version) => Hinted?.Invoke(version);
}
