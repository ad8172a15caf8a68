using System.Data.Common;
using Entitlement.Domain.Errors;
using Entitlement.Server.Hosting;
using Entitlement.Server.Idempotency;
using Entitlement.Storage;
using Microsoft.EntityFrameworkCore;

namespace Entitlement.Server.Access;

/// <summary>
/// Notices that an account lost its last supervisor by the clock alone: an assignment with an end, which no call takes away. Every
/// replica may run it: who is told is decided in the transaction that notes it.
/// </summary>
internal sealed class SupervisionWatch(
    IDbContextFactory<EntitlementDbContext> contexts,
    OnceWriter writer,
    StorageEngine storage,
    TimeProvider clock,
    ILogger<SupervisionWatch> logger) : BackgroundService
{
    private const string Actor = "service";
    private const int Batch = 100;

    private static readonly TimeSpan Period = TimeSpan.FromMinutes(10);

    /// <summary>A server that has just started has its callers to answer first.</summary>
    private static readonly TimeSpan FirstDelay = TimeSpan.FromMinutes(1);

    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        Repeat.EveryAsync(Period, () => TryLookAsync(stoppingToken), clock, stoppingToken, FirstDelay);

    /// <summary>One round.</summary>
    public async Task LookAsync(CancellationToken cancellationToken)
    {
        while (await FindAsync(cancellationToken) is { Count: > 0 } accounts)
        {
            await writer.RunAsync(
                Actor,
                async (change, token) =>
                {
                    await change.NoteSupervisionAsync(accounts, token);
                    return new Outcome("", Existed: false);
                },
                cancellationToken);
        }
    }

    private async Task TryLookAsync(CancellationToken cancellationToken)
    {
        try
        {
            await LookAsync(cancellationToken);
        }
        catch (Exception failure) when (
            failure is DbException or EntitlementException || storage.Classify(failure) != StorageFault.None)
        {
            // The next round finds the same accounts.
            Log.SupervisionNotLookedAt(logger, failure);
        }
    }

    private async Task<List<Guid>> FindAsync(CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        return await db.ListAbandonedAsync(clock.GetUtcNow(), Batch, cancellationToken);
    }
}
