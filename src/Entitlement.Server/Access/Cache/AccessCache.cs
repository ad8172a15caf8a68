using Entitlement.Domain.Errors;

namespace Entitlement.Server.Access.Cache;

/// <summary>
/// Answers questions about access as the database would have answered them at one moment, which is at most
/// <see cref="AccessOptions.MaxStaleness"/> ago: from memory where it can.
/// </summary>
internal sealed class AccessCache
{
    /// <summary>Each round brings something nearer: the longest is a walk up a deep tree of accounts.</summary>
    private const int MaxRounds = 100;

    private readonly AccessViews _views;
    private readonly ProcessCache _memory;
    private readonly SnapshotLoads _loads;
    private readonly AccessMetrics _metrics;

    public AccessCache(AccessViews views, ProcessCache memory, SnapshotLoads loads, AccessMetrics metrics)
    {
        _views = views;
        _memory = memory;
        _loads = loads;
        _metrics = metrics;
        views.PutBack += memory.Clear;
        metrics.Watch(views, memory);
    }

    /// <summary>Answers without waiting, and without memory of its own, where all is at hand.</summary>
    /// <exception cref="EntitlementException">
    /// <see cref="FailureReason.StorageUnavailable"/>, or the clock has not come to the version that a caller asks for.
    /// </exception>
    public ValueTask<Answered<T>> AskAsync<TQuestion, T>(
        TQuestion question, Freshness freshness, CancellationToken cancellationToken)
        where TQuestion : IAccessQuestion<T> =>
        _views.Find(freshness) is { } view && TryAnswer(question, view, loaded: null, out T answer, out _, out _)
            ? ValueTask.FromResult(new Answered<T>(answer, view.Version))
            : AskSlowlyAsync<TQuestion, T>(question, freshness, cancellationToken);

    /// <summary>Reads one thing anew, whatever is at hand.</summary>
    public Task<Snapshot> ReadAsync(SnapshotKey key, CancellationToken cancellationToken) =>
        _loads.ReadAsync(key, cancellationToken);

    /// <summary>Keeps what this server itself did that raises no clock.</summary>
    public void Keep(Snapshot snapshot) => _memory.Keep(snapshot);

    /// <summary>Whether nothing that concerns a principal changed since a version.</summary>
    public bool IsUntouched(SnapshotKey key, long version) => _views.Changes.IsUntouched(key.Thing, version);

    private async ValueTask<Answered<T>> AskSlowlyAsync<TQuestion, T>(
        TQuestion question, Freshness freshness, CancellationToken cancellationToken)
        where TQuestion : IAccessQuestion<T>
    {
        Dictionary<SnapshotKey, Snapshot>? loaded = null;
        for (var round = 0; round < MaxRounds; round++)
        {
            var view = await _views.GetAsync(freshness, cancellationToken);
            if (TryAnswer(question, view, loaded, out T answer, out var missing, out var newest))
            {
                return new Answered<T>(answer, view.Version);
            }

            // Where nothing is missing, a part is newer than the view, or the view too old by now.
            var loads = (missing ?? []).Distinct().Select(key => _loads.LoadAsync(key, view, cancellationToken)).ToList();
            _metrics.Missed(loads.Count);
            loaded ??= [];
            foreach (var snapshot in await Task.WhenAll(loads))
            {
                loaded[snapshot.Key] = snapshot;
                newest = Math.Max(newest, snapshot.Version);
            }

            freshness = freshness.And(new Freshness { AtLeast = newest });
        }

        throw Refusal.StorageUnavailable();
    }

    /// <param name="question">What is asked.</param>
    /// <param name="view">The one view for all that the answer rests on.</param>
    /// <param name="loaded">What was loaded for it.</param>
    /// <param name="answer">The answer.</param>
    /// <param name="missing">What must be loaded; null for nothing.</param>
    /// <param name="newest">The newest version at which anything that is at hand was read.</param>
    private bool TryAnswer<TQuestion, T>(
        TQuestion question,
        NodeView view,
        Dictionary<SnapshotKey, Snapshot>? loaded,
        out T answer,
        out List<SnapshotKey>? missing,
        out long newest)
        where TQuestion : IAccessQuestion<T>
    {
        var reader = new SnapshotReader(_memory, _views.Changes, loaded);
        var isAnswered = question.TryAnswer(ref reader, out answer);
        (missing, newest) = (reader.Missing, reader.Newest);
        _metrics.FoundHere(reader.Found);

        // Looked at last: an answer must not be older than it may be when it is given. And something that was read at a later
        // version than the view's may hold what the rest does not know of yet.
        return isAnswered && missing is null && newest <= view.Version && _views.IsYoung(view);
    }
}

/// <summary>An answer, and the version of the clock of access at which it is true.</summary>
internal readonly record struct Answered<T>(T Value, long Version);
