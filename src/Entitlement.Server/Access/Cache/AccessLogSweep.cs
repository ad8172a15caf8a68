using System.Data.Common;
using Entitlement.Domain.Errors;
using Entitlement.Server.Hosting;
using Entitlement.Storage;
using Entitlement.Storage.Access;
using Entitlement.Storage.Writing;

namespace Entitlement.Server.Access.Cache;

/// <summary>
/// Clears away changes of access that are so long ago that whoever knows nothing later may as well read everything anew. Every
/// replica may run it: what one removed is gone for all.
/// </summary>
internal sealed class AccessLogSweep(
    Writer writer, StorageEngine storage, TimeProvider clock, ILogger<AccessLogSweep> logger) : BackgroundService
{
    private static readonly TimeSpan Period = TimeSpan.FromHours(1);

    /// <summary>A server that has just started has its callers to answer first.</summary>
    private static readonly TimeSpan FirstDelay = TimeSpan.FromMinutes(1);

    /// <summary>One round.</summary>
    public async Task SweepAsync(CancellationToken cancellationToken)
    {
        // In small transactions, so that other writers get their turn in between.
        while (await writer.RunAsync((db, token) => db.SweepAccessChangesAsync(token), cancellationToken))
        {
        }
    }

    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        Repeat.EveryAsync(Period, () => TrySweepAsync(stoppingToken), clock, stoppingToken, FirstDelay);

    private async Task TrySweepAsync(CancellationToken cancellationToken)
    {
        try
        {
            await SweepAsync(cancellationToken);
        }
        catch (Exception failure) when (
            failure is DbException or EntitlementException || storage.Classify(failure) != StorageFault.None)
        {
            // The next round finds the same changes.
            Log.ChangesNotCleared(logger, failure);
        }
    }
}
