using Entitlement.Domain.Audit;
using Microsoft.EntityFrameworkCore;

namespace Entitlement.Storage.Queries;

/// <summary>What sealing the audit trail reads and writes.</summary>
public static class AuditQueries
{
    /// <summary>The oldest records that no block holds, in order of their ids.</summary>
    /// <remarks>
    /// The order of ids is not the order of commits: a record may turn up behind younger ones that are sealed already.
    /// It waits in the same place of the index as every other, and the next block takes it.
    /// </remarks>
    public static async Task<IReadOnlyList<AuditRecord>> ListUnsealedAsync(
        this EntitlementDbContext db, int count, CancellationToken cancellationToken) => await db.AuditRecords
        .AsNoTracking()
        .Where(record => record.Block == AuditRecord.NotSealed)
        .OrderBy(record => record.Id)
        .Take(count)
        .ToListAsync(cancellationToken);

    /// <summary>The last block as it was signed; null when there is none.</summary>
    public static Task<byte[]?> FindLastBlockAsync(this EntitlementDbContext db, CancellationToken cancellationToken) =>
        db.AuditBlocks
            .OrderByDescending(block => block.Number)
            .Select(block => block.Content)
            .FirstOrDefaultAsync(cancellationToken);

    /// <summary>Adds a block and marks its records as sealed in it.</summary>
    /// <param name="db">A context of <see cref="Writing.Writer"/>.</param>
    /// <param name="block">The block after the last one.</param>
    /// <param name="records">Ids of the records that it holds.</param>
    /// <param name="cancellationToken">Stops before the next statement.</param>
    /// <exception cref="StaleReadException">Another block has taken one of them meanwhile.</exception>
    public static async Task SealAsync(
        this EntitlementDbContext db,
        SealedBlock block,
        IReadOnlyCollection<Guid> records,
        CancellationToken cancellationToken)
    {
        // The number first: whoever seals at the same time waits here for the other, and finds it taken.
        db.AuditBlocks.Add(block);
        await db.SaveChangesAsync(cancellationToken);
        var marked = await db.AuditRecords
            .Where(record => record.Block == AuditRecord.NotSealed && records.Contains(record.Id))
            .ExecuteUpdateAsync(set => set.SetProperty(record => record.Block, block.Number), cancellationToken);
        if (marked != records.Count)
        {
            throw new StaleReadException("A record was sealed by another block.");
        }
    }
}
