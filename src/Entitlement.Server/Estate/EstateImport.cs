using Entitlement.Domain.Errors;
using Entitlement.Server.Errors;
using Entitlement.Server.Idempotency;
using Entitlement.Storage;
using Entitlement.V1;
using Microsoft.EntityFrameworkCore;

namespace Entitlement.Server.Estate;

/// <summary>Imports records, each in a transaction of its own, or tells what would become of them.</summary>
internal sealed class EstateImport(
    OnceWriter once, IDbContextFactory<EntitlementDbContext> contexts, RefusalStatus refusals, TimeProvider clock)
{
    /// <summary>
    /// How many records wait for their commit at once: on SQLite they share it, and a database server has connections
    /// left for everybody else.
    /// </summary>
    private const int MaxAtOnce = 32;

    /// <summary>
    /// Chains of records that rest on one another take effect in their order, all chains of one kind side by side, and
    /// what stands before another kind in the batch, or before an account below it, is done before it.
    /// </summary>
    public async Task<ImportResult[]> RunAsync(
        IReadOnlyList<EstateRecord> records, string actor, CancellationToken cancellationToken)
    {
        var results = new ImportResult[records.Count];
        var options = new ParallelOptions { MaxDegreeOfParallelism = MaxAtOnce, CancellationToken = cancellationToken };
        for (var (start, end) = (0, 0); start < records.Count; start = end)
        {
            var above = new HashSet<string>(StringComparer.Ordinal);
            while (end < records.Count
                && records[end].RecordCase == records[start].RecordCase
                && !above.Overlaps(ImportRecord.ParentsOf(records[end])))
            {
                above.UnionWith(ImportRecord.NamesOf(records[end++]));
            }

            var chains = Enumerable.Range(start, end - start)
                .GroupBy(i => ImportRecord.ChainOf(records[i]), StringComparer.Ordinal);
            await Parallel.ForEachAsync(chains, options, async (chain, token) =>
            {
                foreach (var i in chain)
                {
                    results[i] = await TellAsync(records[i], record => once.RunAsync(
                        actor, (change, stop) => record.RunAsync(new ImportStep(change, dryRun: null), stop), token));
                }
            });
        }

        return results;
    }

    /// <summary>One after the other, each after what those before it would have created.</summary>
    public async Task<ImportResult[]> RehearseAsync(
        IReadOnlyList<EstateRecord> records, DryRun dryRun, string actor, CancellationToken cancellationToken)
    {
        dryRun.Count(records.Count);
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var step = new ImportStep(new Change(db, actor, clock.GetUtcNow().ToWholeMilliseconds()), dryRun);
        var results = new ImportResult[records.Count];
        for (var i = 0; i < records.Count; i++)
        {
            results[i] = await TellAsync(records[i], record => record.RunAsync(step, cancellationToken));
        }

        return results;
    }

    private async Task<ImportResult> TellAsync(EstateRecord record, Func<ImportRecord, Task<Outcome>> run)
    {
        try
        {
            var outcome = await run(ImportRecord.Parse(record));
            return new ImportResult
            {
                Outcome = outcome.Existed ? ImportOutcome.Unchanged : ImportOutcome.Created,
                Name = outcome.Resource,
            };
        }
        catch (EntitlementException refusal) when (refusal.Reason != FailureReason.StorageUnavailable)
        {
            return new ImportResult { Outcome = ImportOutcome.Refused, Refusal = refusals.Of(refusal) };
        }
    }
}
