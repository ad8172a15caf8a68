using System.Collections.Concurrent;
using Microsoft.Extensions.Options;

namespace Entitlement.Server.Access.Cache;

/// <summary>
/// Snapshots in the memory of this process, up to <see cref="AccessOptions.CacheBytes"/>; what was used least lately goes first.
/// </summary>
/// <remarks>
/// By hand, because the framework's own memory cache makes an object for each look-up of such a key, and keeps out what is
/// newest when it is full.
/// </remarks>
internal sealed class ProcessCache(IOptions<AccessOptions> options)
{
    private readonly ConcurrentDictionary<SnapshotKey, Entry> _entries = new();
    private readonly Lock _shedding = new();
    private long _bytes;
    private long _turn;

    public int Count => _entries.Count;

    /// <summary>About how many bytes the snapshots take.</summary>
    public long Bytes => Interlocked.Read(ref _bytes);

    /// <summary>How many there are of each kind.</summary>
    public IReadOnlyDictionary<SnapshotKind, int> CountByKind =>
        _entries.Keys.GroupBy(key => key.Kind).ToDictionary(group => group.Key, group => group.Count());

    /// <returns>Whatever was kept last, true or not; null for nothing.</returns>
    public Snapshot? Find(SnapshotKey key)
    {
        if (!_entries.TryGetValue(key, out var entry))
        {
            return null;
        }

        // Seldom written, so that processors which read the same entry do not take it from each other.
        var turn = Volatile.Read(ref _turn);
        if (entry.UsedIn != turn)
        {
            entry.UsedIn = turn;
        }

        return entry.Snapshot;
    }

    /// <summary>Keeps a snapshot, unless a later one of the same thing is here.</summary>
    public void Keep(Snapshot snapshot)
    {
        var entry = new Entry(snapshot) { UsedIn = Volatile.Read(ref _turn) };
        while (true)
        {
            if (_entries.TryAdd(snapshot.Key, entry))
            {
                Interlocked.Add(ref _bytes, snapshot.Size);
                break;
            }

            if (!_entries.TryGetValue(snapshot.Key, out var known))
            {
                continue;
            }

            if (known.Snapshot.Version > snapshot.Version)
            {
                return;
            }

            if (_entries.TryUpdate(snapshot.Key, entry, known))
            {
                Interlocked.Add(ref _bytes, snapshot.Size - known.Snapshot.Size);
                break;
            }
        }

        if (Bytes > options.Value.CacheBytes)
        {
            Shed();
        }
    }

    public void Clear()
    {
        foreach (var pair in _entries)
        {
            Remove(pair);
        }
    }

    /// <summary>Makes a tenth of the room free, so that it is not done for each snapshot.</summary>
    private void Shed()
    {
        if (!_shedding.TryEnter())
        {
            return;
        }

        try
        {
            Interlocked.Increment(ref _turn);
            var room = options.Value.CacheBytes / 10 * 9;
            foreach (var pair in _entries.ToArray().OrderBy(pair => pair.Value.UsedIn))
            {
                if (Bytes <= room)
                {
                    return;
                }

                Remove(pair);
            }
        }
        finally
        {
            _shedding.Exit();
        }
    }

    private void Remove(KeyValuePair<SnapshotKey, Entry> pair)
    {
        if (_entries.TryRemove(pair))
        {
            Interlocked.Add(ref _bytes, -pair.Value.Snapshot.Size);
        }
    }

    private sealed class Entry(Snapshot snapshot)
    {
        public Snapshot Snapshot => snapshot;

        /// <summary>Which turn it was used in last; a turn lasts from one shedding to the next.</summary>
        public long UsedIn { get; set; }
    }
}
