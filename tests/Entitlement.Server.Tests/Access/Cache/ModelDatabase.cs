using System.Collections.Immutable;
using Entitlement.Domain.Access;
using Entitlement.Server.Access.Cache;
using Entitlement.Storage;

namespace Entitlement.Server.Tests.Access.Cache;

/// <summary>
/// A database as far as access is concerned: things, a clock and its log, changed together. It can fail, and be slow at any
/// point that a test chooses.
/// </summary>
internal sealed class ModelDatabase(TimeProvider clock) : IAccessSource
{
    private readonly Lock _lock = new();
    private readonly List<TouchedThing> _log = [];
    private readonly List<SnapshotKey> _loads = [];
    private readonly List<Moment> _history = [new(0, 1, ImmutableDictionary<SnapshotKey, Snapshot>.Empty)];

    /// <summary>Whether everything that is read from it fails.</summary>
    public bool IsDown { get; set; }

    /// <summary>Awaited after something was read and before it is given: how slow a load is.</summary>
    public Func<SnapshotKey, Task> Loading { get; set; } = _ => Task.CompletedTask;

    /// <summary>The same of the clock.</summary>
    public Func<Task> Reading { get; set; } = () => Task.CompletedTask;

    public long Version => Now.Version;

    /// <summary>How often the clock was read.</summary>
    public int Readings { get; private set; }

    /// <summary>All that was loaded.</summary>
    public IReadOnlyList<SnapshotKey> Loads
    {
        get
        {
            lock (_lock)
            {
                return [.. _loads];
            }
        }
    }

    private Moment Now
    {
        get
        {
            lock (_lock)
            {
                return _history[^1];
            }
        }
    }

    /// <summary>Changes some things by one transaction.</summary>
    /// <returns>Its version.</returns>
    public long Commit(params Snapshot[] things)
    {
        lock (_lock)
        {
            var version = _history[^1].Version + 1;
            _log.AddRange(things.Select(one => one.Thing).Distinct().Select(one => new TouchedThing(version, one.Kind, one.Id)));
            _history.Add(new Moment(
                clock.GetTimestamp(),
                version,
                _history[^1].Things.SetItems(things.Select(one => KeyValuePair.Create(one.Key, one)))));
            return version;
        }
    }

    /// <summary>Goes back to an earlier version, at which other things stand than did.</summary>
    public void PutBack(long version, params Snapshot[] things)
    {
        lock (_lock)
        {
            _log.RemoveAll(change => change.Version > version);
            _history.Add(new Moment(
                clock.GetTimestamp(),
                version,
                _history[^1].Things.SetItems(things.Select(one => KeyValuePair.Create(one.Key, one)))));
        }
    }

    /// <summary>What was true at any moment of the time until now.</summary>
    public IReadOnlyList<T> TrueWithin<TQuestion, T>(TQuestion question, TimeSpan time)
        where TQuestion : IAccessQuestion<T>
    {
        List<Moment> history;
        lock (_lock)
        {
            history = [.. _history];
        }

        var last = history.FindLastIndex(moment => clock.GetElapsedTime(moment.Since) >= time);
        return [.. history.Skip(Math.Max(last, 0)).Select(moment => Ask<TQuestion, T>(question, moment))];
    }

    /// <summary>What is true at a version.</summary>
    public T TrueAt<TQuestion, T>(TQuestion question, long version)
        where TQuestion : IAccessQuestion<T>
    {
        lock (_lock)
        {
            return Ask<TQuestion, T>(question, _history.Last(moment => moment.Version == version));
        }
    }

    /// <summary>Whether a version was the newest at any moment of the time until now.</summary>
    public bool WasNewestWithin(long version, TimeSpan time)
    {
        lock (_lock)
        {
            var next = _history.FindLastIndex(moment => moment.Version == version) + 1;
            return next == _history.Count || clock.GetElapsedTime(_history[next].Since) <= time;
        }
    }

    public async Task<AccessLogPage> ReadLogAsync(long? since, CancellationToken cancellationToken)
    {
        AccessLogPage page;
        lock (_lock)
        {
            Require();
            Readings++;
            page = new AccessLogPage(
                _history[^1].Version, Math.Min(since ?? 0, _history[^1].Version), [.. _log.Where(change => since is null || change.Version > since)]);
        }

        await Reading();
        return page;
    }

    public async Task<Snapshot> LoadAsync(SnapshotKey key, CancellationToken cancellationToken)
    {
        Snapshot snapshot;
        lock (_lock)
        {
            Require();
            _loads.Add(key);
            snapshot = Read(key, _history[^1]);
        }

        await Loading(key);
        return snapshot;
    }

    private static T Ask<TQuestion, T>(TQuestion question, Moment moment)
        where TQuestion : IAccessQuestion<T>
    {
        var changes = new ChangeMemory();
        changes.Remember(new AccessLogPage(moment.Version, 0, []), since: null);
        var memory = new ProcessCache(Node.Options());
        var things = new Dictionary<SnapshotKey, Snapshot>(moment.Things);
        while (true)
        {
            var reader = new SnapshotReader(memory, changes, things);
            if (question.TryAnswer(ref reader, out var answer))
            {
                return answer;
            }

            reader.Missing!.ForEach(key => things[key] = Read(key, moment));
        }
    }

    private static Snapshot Read(SnapshotKey key, Moment moment) =>
        moment.Things.TryGetValue(key, out var thing) ? thing with { Version = moment.Version } : key.Kind switch
        {
            SnapshotKind.Principal => new PrincipalCopy(
                moment.Version, new PrincipalSnapshot(key.Id, PrincipalKind.ServiceAccount) { IsEnabled = false }),
            SnapshotKind.Account => new AccountCopy(key.Id, moment.Version, Account: null, IsLarge: false),
            SnapshotKind.Roles => new RolesCopy(moment.Version, RoleBook.BuiltIn),
            SnapshotKind.Credential => new CredentialCopy(key.Id, moment.Version, Credential: null),
            _ => new GrantsCopy(key, moment.Version, GrantIndex.Empty, IsLarge: false),
        };

    private void Require()
    {
        if (IsDown)
        {
            throw new StorageUnavailableException("The model is down.");
        }
    }

    private sealed record Moment(long Since, long Version, ImmutableDictionary<SnapshotKey, Snapshot> Things);
}
