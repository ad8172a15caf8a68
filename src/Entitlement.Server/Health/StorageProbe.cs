using Entitlement.Server.Hosting;
using Entitlement.Server.Storage;
using Entitlement.Storage;
using Entitlement.Storage.Writing;
using Microsoft.Extensions.Options;

namespace Entitlement.Server.Health;

/// <summary>
/// Asks the database now and then whether it answers, by a query on a real table, and whether it keeps changes.
/// </summary>
internal sealed class StorageProbe(
    StorageSetup storage,
    StorageEngine engine,
    Writer writer,
    DataDirectory data,
    ServingState state,
    IOptions<HealthOptions> options,
    TimeProvider clock,
    ILogger<StorageProbe> logger)
    : BackgroundService
{
    private bool _answered = true;
    private Task _asking = Task.CompletedTask;

    /// <summary><see cref="Writer.Commits"/> at the last look.</summary>
    private long _commitsSeen;

    /// <summary>When changes were last seen to be kept; null for never.</summary>
    private long? _provenAt;

    /// <summary>Asks before the first port is opened, so that the first caller is told what is known.</summary>
    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        await ProbeAsync(cancellationToken);
        await base.StartAsync(cancellationToken);
    }

    protected override Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var interval = options.Value.ProbeInterval;
        return Repeat.EveryAsync(interval, () => ProbeAsync(stoppingToken), clock, stoppingToken, delay: interval);
    }

    private async Task ProbeAsync(CancellationToken stoppingToken)
    {
        try
        {
            // SQLite works in the thread of whoever asks and hears no cancellation, so it is left alone when it takes
            // too long; and not asked again before it has answered, so that no threads pile up behind it.
            if (_asking.IsCompleted)
            {
                _asking = Task.Run(() => AskAsync(stoppingToken), stoppingToken);
            }

            await _asking.WaitAsync(options.Value.ProbeTimeout, clock, stoppingToken);

            // An open SQLite connection goes on working on a file that was deleted, and all it writes is lost.
            Tell(answers: data.HasDatabase, failure: null);
        }
        // Whatever a driver throws when its database is gone: the answer is the same.
        catch (Exception failure) when (!stoppingToken.IsCancellationRequested)
        {
            Tell(answers: false, failure);
        }
    }

    private async Task AskAsync(CancellationToken stoppingToken)
    {
        using var limit = new CancellationTokenSource(options.Value.ProbeTimeout, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, stoppingToken);
        await storage.PingAsync(either.Token);

        // Whatever others committed proves as much, so that only a database at rest is made to write.
        var commits = writer.Commits;
        if (commits == _commitsSeen && !IsProven())
        {
            await engine.ProveWritableAsync(either.Token);
            _provenAt = clock.GetTimestamp();
        }
        else if (commits != _commitsSeen)
        {
            _commitsSeen = commits;
            _provenAt = clock.GetTimestamp();
        }
    }

    private bool IsProven() =>
        _answered && _provenAt is { } at && clock.GetElapsedTime(at) < options.Value.WriteInterval;

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
