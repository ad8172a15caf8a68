namespace Entitlement.Server.Access.Cache;

/// <summary>Finds snapshots that are true at one view, and notes which are not at hand.</summary>
/// <param name="cache">Where.</param>
/// <param name="changes">What tells whether they are true.</param>
/// <param name="loaded">What was loaded for this very question; null for nothing.</param>
internal ref struct SnapshotReader(
    ProcessCache cache, ChangeMemory changes, IReadOnlyDictionary<SnapshotKey, Snapshot>? loaded)
{
    /// <summary>Those that must be loaded; null for none.</summary>
    public List<SnapshotKey>? Missing { get; private set; }

    /// <summary>How many were at hand.</summary>
    public int Found { get; private set; }

    /// <summary>The newest version at which anything that was found was read.</summary>
    public long Newest { get; private set; }

    /// <returns>Null when it must be loaded first.</returns>
    public T? Find<T>(SnapshotKey key)
        where T : Snapshot
    {
        var snapshot = cache.Find(key);
        if (snapshot is null || !changes.IsUntouched(snapshot.Thing, snapshot.Version))
        {
            snapshot = loaded?.GetValueOrDefault(key);
        }

        if (snapshot is null || !changes.IsUntouched(snapshot.Thing, snapshot.Version))
        {
            (Missing ??= []).Add(key);
            return null;
        }

        Found++;
        Newest = Math.Max(Newest, snapshot.Version);
        return (T)snapshot;
    }
}

/// <summary>Something to be answered from snapshots that are all true at one view.</summary>
/// <typeparam name="T">The answer.</typeparam>
internal interface IAccessQuestion<T>
{
    /// <param name="reader">
    /// Where to look. As many as possible are looked for before giving up, so that they are loaded together.
    /// </param>
    /// <param name="answer">The answer, of no meaning when something is missing.</param>
    /// <returns>Whether nothing was missing.</returns>
    bool TryAnswer(ref SnapshotReader reader, out T answer);
}
