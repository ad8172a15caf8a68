using System.Data.Common;
using Entitlement.Domain.Audit;
using Entitlement.Storage.Writing;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;

namespace Entitlement.Storage;

/// <summary>
/// What differs between the databases: how writers take turns, what their errors mean, what a migration needs.
/// </summary>
public abstract class StorageEngine(IDbContextFactory<EntitlementDbContext> contexts)
{
    /// <summary>
    /// Runs <paramref name="work"/> in a transaction and commits it, durably. Writers run side by side; a passing failure,
    /// deadlocks among them, runs the whole transaction again.
    /// </summary>
    /// <param name="work">May be run more than once, each time in a context that knows nothing of the time before.</param>
    /// <param name="cancellationToken">Gives up the place in the queue, or stops the work before its commit.</param>
    /// <exception cref="StorageUnavailableException">Too many wait already, or the commit failed.</exception>
    public virtual async Task<T> WriteAsync<T>(
        Func<EntitlementDbContext, CancellationToken, Task<T>> work, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var strategy = db.Database.CreateExecutionStrategy();
        return await strategy.ExecuteAsync(token => RunAsync(work, token), cancellationToken);
    }

    /// <summary>
    /// Runs queries that belong together on one connection, which is given back before the caller goes on.
    /// </summary>
    /// <param name="query">In a context that tracks nothing.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    public virtual async Task<T> ReadAsync<T>(
        Func<EntitlementDbContext, CancellationToken, Task<T>> query, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        await db.Database.OpenConnectionAsync(cancellationToken);
        return await query(db, cancellationToken);
    }

    /// <summary>Writes rows that were read without tracking, or are new, in the transaction of a work.</summary>
    /// <param name="db">The context of the work.</param>
    /// <param name="rows">What is written, in this order where the database takes one after the other.</param>
    /// <param name="cancellationToken">Stops before the next statement.</param>
    public virtual async Task SaveAsync(EntitlementDbContext db, RowChanges rows, CancellationToken cancellationToken)
    {
        foreach (var (kind, row, versionRead) in rows.All)
        {
            switch (kind)
            {
                case RowChangeKind.Insert:
                    db.Add(row);
                    break;
                case RowChangeKind.Update:
                    var entry = db.Update(row);
                    foreach (var version in entry.Properties.Where(property => property.Metadata.IsConcurrencyToken))
                    {
                        version.OriginalValue = versionRead;
                    }

                    break;
                case RowChangeKind.Delete:
                    db.Remove(row);
                    break;
            }
        }

        await db.SaveChangesAsync(cancellationToken);
    }

    /// <summary>
    /// Returns when every transaction that wrote license files as this was called has ended. One that writes them later
    /// sees what was committed before. Here all writers take turns, so that none is under way beside a commit.
    /// </summary>
    public virtual Task WaitForIssuingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>A connection of the provider's own, not open yet, for what needs no model.</summary>
    public abstract DbConnection Connect();

    /// <summary>
    /// Proves by a change of no meaning that changes are taken. Throws what a write would throw. Of a full disk a database
    /// server tells its own operators.
    /// </summary>
    public virtual Task ProveWritableAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>Makes an empty or interrupted database ready to be migrated.</summary>
    public virtual Task PrepareMigrationAsync(EntitlementDbContext db, CancellationToken cancellationToken) =>
        Task.CompletedTask;

    /// <summary>Tells what an exception thrown by a query, a save or a commit means.</summary>
    public StorageFault Classify(Exception exception) => exception switch
    {
        DbUpdateConcurrencyException or StaleReadException => StorageFault.Conflict,
        StorageUnavailableException => StorageFault.Busy,
        DbUpdateException { InnerException: { } inner } update => ClassifySave(update, Classify(inner)),
        RetryLimitExceededException { InnerException: { } inner } => Classify(inner),
        _ => ClassifyOwn(exception),
    };

    /// <summary>Tells what an exception of the provider's own means.</summary>
    protected abstract StorageFault ClassifyOwn(Exception exception);

    private static StorageFault ClassifySave(DbUpdateException update, StorageFault cause) =>
        cause is StorageFault.None or StorageFault.ConstraintViolation
        && (update is NotRecordedException
            || (update.Entries.Count > 0 && update.Entries.All(entry => entry.Entity is AuditRecord)))
            ? StorageFault.NotRecorded
            : cause;

    private async Task<T> RunAsync<T>(
        Func<EntitlementDbContext, CancellationToken, Task<T>> work, CancellationToken cancellationToken)
    {
        try
        {
            return await RunOnceAsync(work, cancellationToken);
        }
        catch (DbUpdateException failure) when (
            Classify(failure) is StorageFault.None or StorageFault.ConstraintViolation
            && failure.Entries.Any(entry => entry.Entity is AuditRecord))
        {
            if (await FindRefusalAsync(failure, cancellationToken) is { } refusal)
            {
                throw new NotRecordedException(refusal);
            }

            throw;
        }
    }

    /// <summary>
    /// A database that gets all rows in one message may not tell which of them it refused; so the audit records among them
    /// are tried alone, and given up.
    /// </summary>
    /// <returns>Null when they are not what was refused.</returns>
    private async Task<DbException?> FindRefusalAsync(DbUpdateException failure, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateWritingContextAsync(cancellationToken);
        await using var transaction = await db.BeginWriteAsync(cancellationToken);
        db.AddRange(failure.Entries.Select(entry => entry.Entity).OfType<AuditRecord>());
        try
        {
            await db.SaveChangesAsync(cancellationToken);
            return null;
        }
        catch (DbUpdateException alone) when (Classify(alone) == StorageFault.NotRecorded)
        {
            return alone.InnerException as DbException;
        }
    }

    private async Task<T> RunOnceAsync<T>(
        Func<EntitlementDbContext, CancellationToken, Task<T>> work, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateWritingContextAsync(cancellationToken);
        await using var transaction = await db.BeginWriteAsync(cancellationToken);
        var result = await db.ApplyAsync(work, cancellationToken);
        await transaction.CommitDurablyAsync();
        return result;
    }
}
