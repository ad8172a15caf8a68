using System.Data;
using System.Data.Common;
using Entitlement.Domain.Errors;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;

namespace Entitlement.Storage.Writing;

/// <summary>
/// Runs what changes data: each call is one transaction, in a context of its own, durable when it returns.
/// </summary>
public sealed class Writer(
    IDbContextFactory<EntitlementDbContext> contexts, StorageEngine engine, ILogger<Writer> logger)
{
    /// <summary>
    /// Being beaten so often in a row means a fault or a storm; either is told rather than tried for ever.
    /// </summary>
    private const int MaxAttempts = 5;

    private long _commits;

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
            return await engine.WriteAsync(token => ApplyAsync(work, token), cancellationToken);
        }
        catch (DbUpdateException beaten) when (
            engine.Classify(beaten) is StorageFault.Conflict or StorageFault.UniqueViolation)
        {
            throw new StaleReadException("Another transaction came first.", beaten);
        }
    }

    private async Task<T> ApplyAsync<T>(
        Func<EntitlementDbContext, CancellationToken, Task<T>> work, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        db.ChangeTracker.QueryTrackingBehavior = QueryTrackingBehavior.TrackAll;

        // On SQLite this is BEGIN IMMEDIATE: the transaction writes from its start, and can't fail later for want of
        // the lock.
        await using var transaction =
            await db.Database.BeginTransactionAsync(IsolationLevel.ReadCommitted, cancellationToken);
        var result = await work(db, cancellationToken);
        await db.SaveChangesAsync(cancellationToken);

        try
        {
            // Never cancelled: a commit that was cut off leaves open whether it took place.
            await transaction.CommitAsync(CancellationToken.None);
        }
        catch (DbException failure)
        {
            // Not tried again: it may have taken place. The caller's request_id or file tells, when it is sent again.
            throw new StorageUnavailableException("A commit failed, and may have taken place.", failure);
        }

        Interlocked.Increment(ref _commits);
        return result;
    }
}
