using System.Data.Common;
using Entitlement.Domain.Errors;
using Entitlement.Server.Hosting;
using Entitlement.Storage;
using Entitlement.Storage.Access;
using Entitlement.Storage.Writing;
using Microsoft.Extensions.Options;

namespace Entitlement.Server.Access.Cache;

/// <summary>
/// Measures how long a change of access that this server committed takes until this server sees it in the way in which others
/// do: by its hint, or else by the regular reading of the clock of access. Where there was no change for a while, it makes one
/// that touches nothing.
/// </summary>
/// <remarks>
/// Only the monotonic clock of this server takes part: from the return of the commit, which others can have seen by as much
/// earlier as that return took, to the end of the first such reading that has the change. Another server sees the change after
/// the sending half of this way here and the receiving half there, so within the sum of what the two measure of their own.
/// One change is followed at a time; those that are committed meanwhile are not measured.
/// </remarks>
internal sealed class AccessCanary(
    Writer writer,
    StorageEngine storage,
    AccessMetrics metrics,
    IOptions<AccessOptions> options,
    TimeProvider clock,
    ILogger<AccessCanary> logger) : BackgroundService
{
    private readonly Lock _lock = new();
    private Followed? _followed;
    private long _lastCommit = clock.GetTimestamp();

    /// <summary>This server committed a change; to be told before anybody else is.</summary>
    public void Committed(long version)
    {
        lock (_lock)
        {
            _lastCommit = clock.GetTimestamp();
            _followed ??= new Followed(version, _lastCommit);
        }
    }

    /// <summary>Whether a change of this version or an earlier one is waited for.</summary>
    public bool Awaits(long version)
    {
        lock (_lock)
        {
            return _followed?.Version <= version;
        }
    }

    /// <summary>The clock was read at this version, by the way of others: no call and no commit had it read.</summary>
    public void Seen(long version)
    {
        lock (_lock)
        {
            if (_followed is { } followed && followed.Version <= version)
            {
                _followed = null;
                metrics.Lagged(clock.GetElapsedTime(followed.CommittedAt));
            }
        }
    }

    /// <summary>The database was put back: what is followed may never have been.</summary>
    public void Forget()
    {
        lock (_lock)
        {
            _followed = null;
        }
    }

    /// <summary>One round.</summary>
    public async Task LookAsync(CancellationToken cancellationToken)
    {
        if (clock.GetElapsedTime(Volatile.Read(ref _lastCommit)) < options.Value.CanaryInterval)
        {
            return;
        }

        try
        {
            // What makes a snapshot stale is in the log, and nothing of this is.
            await writer.RunAsync((db, token) => db.RaiseAsync([], token), cancellationToken);
        }
        catch (Exception failure) when (
            failure is DbException or EntitlementException || storage.Classify(failure) != StorageFault.None)
        {
            Log.CanaryNotMade(logger, failure);
        }
    }

    protected override Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var interval = options.Value.CanaryInterval;
        return Repeat.EveryAsync(interval, () => LookSometimeAsync(stoppingToken), clock, stoppingToken, interval);
    }

    /// <summary>At any moment between two regular readings: else each canary would come as long before one as the last did.</summary>
    private async Task LookSometimeAsync(CancellationToken cancellationToken)
    {
        await Task.Delay(options.Value.MaxStaleness / 2 * Random.Shared.NextDouble(), clock, cancellationToken);
        await LookAsync(cancellationToken);
    }

    private sealed record Followed(long Version, long CommittedAt);
}
