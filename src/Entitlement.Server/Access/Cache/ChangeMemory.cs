using System.Collections.Concurrent;
using Entitlement.Storage.Access;

namespace Entitlement.Server.Access.Cache;

/// <summary>
/// Which version touched a thing last, as far as the log was read. It is written by one reader of the log at a time and asked
/// by all; an answer that comes while it is written may call something stale that is not, never the other way round.
/// </summary>
internal sealed class ChangeMemory
{
    /// <summary>About 10 MB; with more, the older half is forgotten.</summary>
    private const int MaxThings = 100_000;

    private readonly ConcurrentDictionary<(AccessThing Kind, Guid Id), long> _last = new();
    private long _floor = long.MaxValue;

    public int Count => _last.Count;

    /// <summary>Whether what was read of a thing at a version still stands, at every version that was remembered since.</summary>
    /// <param name="thing">Which thing.</param>
    /// <param name="version">When it was read.</param>
    public bool IsUntouched((AccessThing Kind, Guid Id) thing, long version) =>
        // In this order: what is forgotten raises the floor before it goes.
        (!_last.TryGetValue(thing, out var last) || last <= version) && version >= Volatile.Read(ref _floor);

    /// <summary>Before the view of the page's version is shown to anybody.</summary>
    public void Remember(AccessLogPage page, long? since)
    {
        foreach (var change in page.Changes)
        {
            _last.AddOrUpdate(
                (change.Kind, change.Id),
                static (_, version) => version,
                static (_, known, version) => Math.Max(known, version),
                change.Version);
        }

        if (since is null || page.From > since)
        {
            // Of what lies between nothing is known, so what was read before must be read again.
            Volatile.Write(ref _floor, since is null ? page.From : Math.Max(_floor, page.From));
        }

        if (_last.Count > MaxThings)
        {
            ForgetHalf();
        }
    }

    /// <summary>For a database that was put back to an earlier day.</summary>
    public void Clear()
    {
        Volatile.Write(ref _floor, long.MaxValue);
        _last.Clear();
    }

    private void ForgetHalf()
    {
        var versions = _last.Values.Order().ToArray();
        var floor = versions[versions.Length / 2];
        Volatile.Write(ref _floor, Math.Max(_floor, floor));
        foreach (var (thing, version) in _last)
        {
            if (version <= floor)
            {
                _last.TryRemove(thing, out _);
            }
        }
    }
}
