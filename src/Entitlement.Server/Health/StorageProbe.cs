using Entitlement.Server.Hosting;
using Entitlement.Server.Storage;
using Entitlement.Storage;
using Microsoft.Extensions.Options;

namespace Entitlement.Server.Health;

/// <summary>Asks the database now and then whether it answers, by a query on a real table.</summary>
internal sealed class StorageProbe(
    StorageSetup storage, DataDirectory data, ServingState state, IOptions<HealthOptions> options, TimeProvider clock, ILogger<StorageProbe> logger)
    : BackgroundService
{
    private bool _answered = true;

    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        Repeat.EveryAsync(options.Value.ProbeInterval, () => ProbeAsync(stoppingToken), clock, stoppingToken);

    private async Task ProbeAsync(CancellationToken stoppingToken)
    {
        using var limit = new CancellationTokenSource(options.Value.ProbeTimeout, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, stoppingToken);
        try
        {
            await storage.PingAsync(either.Token);
            // An open SQLite connection goes on working on a file that was deleted, and all it writes is lost.
            Tell(answers: data.HasDatabase, failure: null);
        }
        // Whatever a driver throws when its database is gone: the answer is the same.
        catch (Exception failure) when (!stoppingToken.IsCancellationRequested)
        {
            Tell(answers: false, failure);
        }
    }

    private void Tell(bool answers, Exception? failure)
    {
        state.SetStorage(answers);
        if (answers == _answered)
        {
            return;
        }

        _answered = answers;
        if (answers)
        {
            Log.StorageAnswersAgain(logger);
        }
        else
        {
            Log.StorageGone(logger, failure);
        }
    }
}
