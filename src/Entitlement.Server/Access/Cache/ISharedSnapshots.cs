namespace Entitlement.Server.Access.Cache;

/// <summary>
/// Snapshots that all servers have in common, in front of the database. Nothing rests on them: whatever they give, the log
/// decides whether it is still true, and whatever they lose is loaded.
/// </summary>
internal interface ISharedSnapshots
{
    /// <summary>Raised when another server tells that the clock of access moved to a version. It may be lost, late or wrong.</summary>
    event Action<long>? Hinted;

    /// <summary>How it is, in a few words for an operator.</summary>
    string State { get; }

    /// <summary>Never throws for what ails it, and gives up soon.</summary>
    /// <returns>Null where it has none, where that is altered, or where it can't be reached.</returns>
    ValueTask<Snapshot?> FindAsync(SnapshotKey key, CancellationToken cancellationToken);

    /// <summary>Keeps a snapshot, sometime or never; does not wait.</summary>
    void Store(Snapshot snapshot);

    /// <summary>Tells the other servers that the clock moved; does not wait.</summary>
    void Hint(long version);

    /// <summary>Has all that is shared count for nothing any more, also what was copied away.</summary>
    Task DropAsync(CancellationToken cancellationToken);
}
