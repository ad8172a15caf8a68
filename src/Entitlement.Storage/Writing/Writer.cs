using System.Data.Common;
using Entitlement.Domain.Errors;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;

namespace Entitlement.Storage.Writing;

/// <summary>
/// Runs what changes data: each call is done wholly or not at all, in a context that knows nothing of other calls, and is
/// durable when it returns.
/// </summary>
public sealed class Writer(StorageEngine engine, ILogger<Writer> logger)
{
    /// <summary>
    /// Being beaten so often in a row means a fault or a storm; either is told rather than tried for ever.
    /// </summary>
    private const int MaxAttempts = 5;

    private long _commits;

    /// <summary>
    /// Raised right after the commit of a change of access, before anybody is told of the change, with the version of the clock.
    /// </summary>
    public event Action<long>? AccessChanged;

    /// <summary>How many changes were committed so far: whoever sees it move knows that changes are kept.</summary>
    public long Commits => Interlocked.Read(ref _commits);

    /// <summary>
    /// Runs <paramref name="work"/> in a transaction and commits it; what the work has not saved yet is saved. Whenever
    /// another transaction came first (a unique key, a concurrency token, <see cref="StaleReadException"/>), all is
    /// rolled back and the work is run again, so it must read what it decides on, and must have no effect outside the
    /// context.
    /// </summary>
    /// <exception cref="EntitlementException">
    /// A refusal by the work, or <see cref="FailureReason.ConcurrentChange"/> when it was beaten several times over.
    /// </exception>
    public async Task<T> RunAsync<T>(
        Func<EntitlementDbContext, CancellationToken, Task<T>> work, CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return await RunOnceAsync(work, cancellationToken);
            }
            catch (StaleReadException stale)
            {
                if (attempt == MaxAttempts)
                {
                    Log.Beaten(logger, attempt, stale);
                    throw Refusal.ConcurrentChange();
                }
            }
        }
    }

    /// <summary>
    /// As <see cref="RunAsync"/>, for work that was decided before: when another transaction came first it is not run
    /// again, but the caller decides anew. It is still run again after a passing failure of the database.
    /// </summary>
    /// <exception cref="StaleReadException">Another transaction came first; nothing was changed.</exception>
    public async Task<T> RunOnceAsync<T>(
        Func<EntitlementDbContext, CancellationToken, Task<T>> work, CancellationToken cancellationToken)
    {
        try
        {
            var (result, version) = await engine.WriteAsync(
                async (db, token) =>
                {
                    // The work may be run again, and the context may have served another.
                    db.AccessVersion = null;
                    return (await work(db, token), db.AccessVersion);
                },
                cancellationToken);
            Interlocked.Increment(ref _commits);
            if (version is { } changed)
            {
                AccessChanged?.Invoke(changed);
            }

            return result;
        }
        catch (Exception beaten) when (
            beaten is DbUpdateException or DbException
            && engine.Classify(beaten) is StorageFault.Conflict or StorageFault.UniqueViolation)
        {
            throw new StaleReadException("Another transaction came first.", beaten);
        }
    }
}
