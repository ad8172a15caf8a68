using Entitlement.Domain.Access;
using Entitlement.Domain.Errors;
using Entitlement.Server.Access.Cache;
using Entitlement.Storage.Access;
using Entitlement.Testing;

namespace Entitlement.Server.Tests.Access.Cache.Model;

/// <summary>When a reading waits for the test to let it go on.</summary>
internal enum Slowness
{
    None,

    /// <summary>Before it sees the database.</summary>
    Before,

    /// <summary>After it saw the database: it brings what was true then.</summary>
    After,
}

/// <summary>
/// A database of a few accounts, of each of which nothing is known but the version that touched it last, and that remembers what
/// stood at every version, and until when.
/// </summary>
internal sealed class ModelDatabase(ManualClock clock, int accounts)
{
    private readonly List<TaskCompletionSource> _gates = [];
    private readonly List<Moment> _history = [new(new long[accounts], clock.GetTimestamp())];
    private readonly List<TouchedThing> _log = [];

    public long Version => _history.Count - 1;

    public bool IsDown { get; set; }

    public int Waiting => _gates.Count;

    /// <summary>Id of an account by its number.</summary>
    public static Guid IdOf(int account) => new(account + 1, 0, 0, new byte[8]);

    /// <summary>Changes some accounts in one transaction.</summary>
    public long Commit(IReadOnlyList<int> touched)
    {
        var values = (long[])_history[^1].Values.Clone();
        foreach (var account in touched)
        {
            values[account] = Version + 1;
            _log.Add(new TouchedThing(Version + 1, AccessThing.Account, IdOf(account)));
        }

        _history[^1] = _history[^1] with { ReplacedAt = clock.GetTimestamp() };
        _history.Add(new Moment(values, clock.GetTimestamp()));
        return Version;
    }

    /// <summary>What stood at a version.</summary>
    public long ValueAt(long version, int account) => _history[(int)version].Values[account];

    /// <summary>Whether a version was the database's own at some moment since a time stamp.</summary>
    public bool WasCurrentSince(long version, long timestamp) =>
        _history[(int)version].ReplacedAt is not { } end || end >= timestamp;

    /// <summary>Lets a reading that waits go on.</summary>
    public void Release(int index)
    {
        var gate = _gates[index % _gates.Count];
        _gates.Remove(gate);
        gate.SetResult();
    }

    public async Task<AccessLogPage> ReadLogAsync(long? since, Slowness slowness, CancellationToken cancellationToken)
    {
        var version = await SeeAsync(slowness, cancellationToken);
        return new AccessLogPage(
            version, since ?? 0, [.. _log.Where(change => change.Version > (since ?? 0) && change.Version <= version)]);
    }

    public async Task<AccountCopy> LoadAsync(Guid id, Slowness slowness, CancellationToken cancellationToken)
    {
        var version = await SeeAsync(slowness, cancellationToken);
        var value = ValueAt(version, Enumerable.Range(0, accounts).Single(account => IdOf(account) == id));
        return Copy(id, version, value);
    }

    /// <summary>The value stands where an account has its policy.</summary>
    public static AccountCopy Copy(Guid id, long version, long value) => new(
        id, version, new AccountSnapshot(id, ParentId: null, (AccountPolicy)value, EverSupervised: false, GrantIndex.Empty), IsLarge: false);

    /// <returns>The version that is seen.</returns>
    private async Task<long> SeeAsync(Slowness slowness, CancellationToken cancellationToken)
    {
        if (slowness == Slowness.Before)
        {
            await WaitAsync(cancellationToken);
        }

        if (IsDown)
        {
            throw Refusal.StorageUnavailable();
        }

        var version = Version;
        if (slowness == Slowness.After)
        {
            await WaitAsync(cancellationToken);
        }

        return version;
    }

    private Task WaitAsync(CancellationToken cancellationToken)
    {
        var gate = new TaskCompletionSource();
        _gates.Add(gate);
        return gate.Task.WaitAsync(cancellationToken);
    }

    private sealed record Moment(long[] Values, long Since)
    {
        public long? ReplacedAt { get; init; }
    }
}
