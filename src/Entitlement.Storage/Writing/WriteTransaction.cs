using System.Data;
using System.Data.Common;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;

namespace Entitlement.Storage.Writing;

/// <summary>The parts of a transaction that writes, for engines to put together.</summary>
public static class WriteTransaction
{
    /// <summary>A context that tracks what it reads.</summary>
    public static async Task<EntitlementDbContext> CreateWritingContextAsync(
        this IDbContextFactory<EntitlementDbContext> contexts, CancellationToken cancellationToken)
    {
        var db = await contexts.CreateDbContextAsync(cancellationToken);
        db.ChangeTracker.QueryTrackingBehavior = QueryTrackingBehavior.TrackAll;

        // Nobody goes on after a save that failed: the whole work is undone.
        db.Database.AutoSavepointsEnabled = false;
        return db;
    }

    /// <summary>
    /// Begins. On SQLite this is BEGIN IMMEDIATE: the transaction writes from its start, and can't fail later for want of
    /// the lock.
    /// </summary>
    public static Task<IDbContextTransaction> BeginWriteAsync(
        this EntitlementDbContext db, CancellationToken cancellationToken) =>
        db.Database.BeginTransactionAsync(IsolationLevel.ReadCommitted, cancellationToken);

    /// <summary>Runs a caller's work and saves what it has not saved itself.</summary>
    public static async Task<T> ApplyAsync<T>(
        this EntitlementDbContext db,
        Func<EntitlementDbContext, CancellationToken, Task<T>> work,
        CancellationToken cancellationToken)
    {
        var result = await work(db, cancellationToken);
        await db.SaveChangesAsync(cancellationToken);
        return result;
    }

    /// <exception cref="StorageUnavailableException">
    /// It failed, and may have taken place, so it is not tried again. The caller's <c>request_id</c> or file tells, when
    /// it is sent again.
    /// </exception>
    public static async Task CommitDurablyAsync(this IDbContextTransaction transaction)
    {
        try
        {
            // Never cancelled: a commit that was cut off leaves open whether it took place.
            await transaction.CommitAsync(CancellationToken.None);
        }
        catch (DbException failure)
        {
            throw new StorageUnavailableException("A commit failed, and may have taken place.", failure);
        }
    }
}
