using Entitlement.Storage.Queries;
using Microsoft.EntityFrameworkCore;

namespace Entitlement.Storage.Idempotency;

/// <summary>Finds, replaces and clears away idempotency records.</summary>
public static class IdempotencyQueries
{
    /// <summary>
    /// Looks up what a call did before. A record older than <paramref name="oldest"/> counts as absent, whether or not
    /// a sweep came by, and is removed so that a new one can take its place.
    /// </summary>
    /// <param name="db">A context of <see cref="Writing.Writer"/>.</param>
    /// <param name="caller">See <see cref="IdempotencyRecord.Caller"/>.</param>
    /// <param name="method">See <see cref="IdempotencyRecord.Method"/>.</param>
    /// <param name="requestId">See <see cref="IdempotencyRecord.RequestId"/>.</param>
    /// <param name="oldest">When the oldest record that counts was made.</param>
    /// <param name="cancellationToken">Ends the look-up.</param>
    /// <returns>Null when there is none.</returns>
    public static async Task<IdempotencyRecord?> FindIdempotencyRecordAsync(
        this EntitlementDbContext db,
        string caller,
        string method,
        Guid requestId,
        DateTimeOffset oldest,
        CancellationToken cancellationToken)
    {
        var record =
            await CompiledQueries.For(db).RecordById(db, caller, method, requestId, cancellationToken);
        if (record is null || record.CreateTime >= oldest)
        {
            return record;
        }

        db.IdempotencyRecords.Remove(record);
        await db.SaveChangesAsync(cancellationToken);
        return null;
    }

    /// <summary>
    /// Clears away the oldest records before <paramref name="oldest"/>, a day's worth of them at most.
    /// </summary>
    /// <returns>Whether there may be more.</returns>
    public static async Task<bool> SweepIdempotencyRecordsAsync(
        this EntitlementDbContext db, DateTimeOffset oldest, CancellationToken cancellationToken)
    {
        var first = await db.IdempotencyRecords
            .Where(record => record.CreateTime < oldest)
            .OrderBy(record => record.CreateTime)
            .Select(record => (DateTimeOffset?)record.CreateTime)
            .FirstOrDefaultAsync(cancellationToken);
        if (first is null)
        {
            return false;
        }

        var end = first.Value.AddDays(1) < oldest ? first.Value.AddDays(1) : oldest;
        await db.IdempotencyRecords.Where(record => record.CreateTime < end).ExecuteDeleteAsync(cancellationToken);
        return true;
    }
}
