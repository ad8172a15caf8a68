using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;

namespace Entitlement.Server.Access.Cache;

/// <summary>
/// Brings snapshots that are not at hand: from those that servers share, else from the database. All who need the same at the
/// same version wait for one load; where that takes too long, each goes alone.
/// </summary>
internal sealed class SnapshotLoads(
    IAccessSource source,
    AccessViews views,
    ProcessCache memory,
    AccessMetrics metrics,
    TimeProvider clock,
    ISharedSnapshots? shared = null) : IDisposable
{
    /// <summary>How long a load may take that others wait for.</summary>
    public static readonly TimeSpan JoinLimit = TimeSpan.FromSeconds(2);

    /// <summary>
    /// Loads at the same time. A cold start asks for thousands of things at once, and the database has others to serve.
    /// </summary>
    public const int MaxLoads = 8;

    private readonly ConcurrentDictionary<SnapshotKey, Load> _loads = new();
    private readonly SemaphoreSlim _places = new(MaxLoads);

    /// <summary>Something that was true at a version which is not before that of the view; perhaps after it.</summary>
    public async Task<Snapshot> LoadAsync(SnapshotKey key, NodeView view, CancellationToken cancellationToken)
    {
        try
        {
            return await Join(key, view).Done.Task;
        }
        catch (TimeoutException)
        {
            return await ReadAsync(key, cancellationToken);
        }
    }

    /// <summary>Straight from the database, and kept.</summary>
    public async Task<Snapshot> ReadAsync(SnapshotKey key, CancellationToken cancellationToken)
    {
        await _places.WaitAsync(cancellationToken);
        try
        {
            metrics.Loaded(key.Kind);
            return Keep(await source.LoadAsync(key, cancellationToken));
        }
        finally
        {
            _places.Release();
        }
    }

    public void Dispose() => _places.Dispose();

    private Load Join(SnapshotKey key, NodeView view)
    {
        while (true)
        {
            if (_loads.TryGetValue(key, out var underWay))
            {
                if (underWay.Since >= view.Version || IsUntouchedSince(key, underWay.Since))
                {
                    return underWay;
                }

                // It may bring what was true before; those who wait for it may take that, and this caller may not.
                _loads.TryRemove(KeyValuePair.Create(key, underWay));
            }

            var load = new Load(view.Version);
            if (_loads.TryAdd(key, load))
            {
                _ = RunAsync(key, load);
                return load;
            }
        }
    }

    /// <summary>Of a credential that is not at hand nobody knows whose it is.</summary>
    private bool IsUntouchedSince(SnapshotKey key, long version) =>
        key.Kind != SnapshotKind.Credential && views.Changes.IsUntouched(key.Thing, version);

    private async Task RunAsync(SnapshotKey key, Load load)
    {
        var brought = BringAsync(key, load);
        await ((Task)brought).ConfigureAwait(
            ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
        _loads.TryRemove(KeyValuePair.Create(key, load));
        load.Done.SetFromTask(brought);
    }

    private async Task<Snapshot> BringAsync(SnapshotKey key, Load load)
    {
        try
        {
            // Nobody's own: who began it may leave while others wait.
            using var limit = new CancellationTokenSource(JoinLimit, clock);
            if (shared is not null && await FindSharedAsync(shared, key, load.Since, limit.Token).WaitAsync(limit.Token) is { } found)
            {
                return found;
            }

            if (TryFindLater(key, load, out var later))
            {
                return await later;
            }

            // The clock may have moved while others were asked, and what is read now is not older than that.
            load.Since = Math.Max(load.Since, views.Newest?.Version ?? 0);
            var snapshot = await ReadAsync(key, limit.Token).WaitAsync(limit.Token);
            if (snapshot.IsKept)
            {
                shared?.Store(snapshot);
            }

            return snapshot;
        }
        catch (OperationCanceledException)
        {
            throw new TimeoutException();
        }
    }

    /// <summary>What somebody brought meanwhile, or is about to bring, who came later and knew of a later version.</summary>
    private bool TryFindLater(SnapshotKey key, Load load, [NotNullWhen(true)] out Task<Snapshot>? later)
    {
        later = memory.Find(key) is { } kept && views.Changes.IsUntouched(kept.Thing, kept.Version) ? Task.FromResult(kept)
            : _loads.TryGetValue(key, out var other) && other != load ? other.Done.Task
            : null;
        return later is not null;
    }

    private async Task<Snapshot?> FindSharedAsync(
        ISharedSnapshots shared, SnapshotKey key, long since, CancellationToken cancellationToken)
    {
        if (await shared.FindAsync(key, cancellationToken) is not { } found || found.Key != key)
        {
            return null;
        }

        // From another server, which knows more of the clock than this one; or from a database that was put back since.
        if (found.Version > since && (await views.AdvanceAsync()).Version < found.Version)
        {
            return null;
        }

        if (!views.Changes.IsUntouched(found.Thing, found.Version))
        {
            return null;
        }

        metrics.FoundShared();
        return Keep(found);
    }

    private Snapshot Keep(Snapshot snapshot)
    {
        if (snapshot.IsKept)
        {
            memory.Keep(snapshot);
        }

        return snapshot;
    }

    /// <param name="since">Where the clock stood, as far as was known, when it began: it brings nothing older.</param>
    private sealed class Load(long since)
    {
        public long Since { get; set; } = since;

        public TaskCompletionSource<Snapshot> Done { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
