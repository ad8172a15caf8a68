using System.Data.Common;
using Entitlement.Server.Hosting;
using Entitlement.Storage;
using Entitlement.Storage.Writing;

namespace Entitlement.Server.Notifications;

/// <summary>Clears away messages that ended long enough ago, and with them whom they went to. Every replica may run it.</summary>
internal sealed class MessageSweep(Writer writer, StorageEngine storage, TimeProvider clock, ILogger<MessageSweep> logger)
    : BackgroundService
{
    private static readonly TimeSpan Period = TimeSpan.FromHours(1);

    /// <summary>A server that has just started has its callers to answer first.</summary>
    private static readonly TimeSpan FirstDelay = TimeSpan.FromMinutes(1);

    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        Repeat.EveryAsync(Period, () => TrySweepAsync(stoppingToken), clock, stoppingToken, FirstDelay);

    /// <summary>One round.</summary>
    public async Task SweepAsync(CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        while (await writer.RunAsync((db, token) => db.SweepMessagesAsync(now, token), cancellationToken))
        {
        }
    }

    private async Task TrySweepAsync(CancellationToken cancellationToken)
    {
        try
        {
            await SweepAsync(cancellationToken);
        }
        catch (Exception failure) when (failure is DbException || storage.Classify(failure) != StorageFault.None)
        {
            // The next round finds the same messages; no trouble with clearing away is worth a stop.
            Log.SweepFailed(logger, failure);
        }
    }
}
