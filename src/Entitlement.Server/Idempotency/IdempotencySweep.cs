using System.Data.Common;
using Entitlement.Server.Hosting;
using Entitlement.Storage;
using Entitlement.Storage.Idempotency;
using Entitlement.Storage.Writing;
using Microsoft.Extensions.Options;

namespace Entitlement.Server.Idempotency;

/// <summary>Clears away what is remembered of calls for too long. Every replica may run it: what one removed is gone for all.</summary>
internal sealed class IdempotencySweep(
    Writer writer, StorageEngine storage, IOptions<IdempotencyOptions> options, TimeProvider clock, ILogger<IdempotencySweep> log)
    : BackgroundService
{
    private static readonly TimeSpan Period = TimeSpan.FromHours(1);

    /// <summary>A server that has just started has its callers to answer first.</summary>
    private static readonly TimeSpan FirstDelay = TimeSpan.FromMinutes(1);

    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        Repeat.EveryAsync(Period, () => TrySweepAsync(stoppingToken), clock, stoppingToken, FirstDelay);

    private async Task TrySweepAsync(CancellationToken cancellationToken)
    {
        try
        {
            await SweepAsync(cancellationToken);
        }
        catch (Exception failure) when (failure is DbException || storage.Classify(failure) != StorageFault.None)
        {
            // The next round finds the same records; no trouble with clearing away is worth a stop.
            log.SweepFailed(failure);
        }
    }

    /// <summary>One round.</summary>
    public async Task SweepAsync(CancellationToken cancellationToken)
    {
        var oldest = clock.GetUtcNow() - options.Value.Retention;

        // In small transactions, so that other writers get their turn in between.
        while (await writer.RunAsync((db, token) => db.SweepIdempotencyRecordsAsync(oldest, token), cancellationToken))
        {
        }
    }
}
