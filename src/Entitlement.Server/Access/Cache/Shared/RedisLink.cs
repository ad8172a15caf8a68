using Microsoft.Extensions.Options;

namespace Entitlement.Server.Access.Cache.Shared;

/// <summary>
/// Keeps a connection to Redis: makes one when the server starts, and another when it is lost or given up. Nobody waits
/// for it. By our own loop and not the library's, which goes on with a connection whose answers have slipped.
/// </summary>
internal sealed class RedisLink(
    IOptions<RedisOptions> options,
    CacheKeys keys,
    SharedMetrics metrics,
    TimeProvider clock,
    ILogger<RedisLink> logger) : BackgroundService
{
    /// <summary>A connection that lasted as long was a good one.</summary>
    private static readonly TimeSpan GoodLife = TimeSpan.FromMinutes(1);

    /// <summary>How often it is looked whether the key that seals is due to be followed by another.</summary>
    private static readonly TimeSpan KeyInterval = TimeSpan.FromHours(1);

    private const int MaxPauses = 30;

    private volatile RedisConnection? _current;
    private bool? _isTold;
    private int _pauses;

    /// <summary>Null while there is none, or none to be trusted.</summary>
    public RedisConnection? Current => _current is { Broken.IsCompleted: false } connection ? connection : null;

    /// <summary>Given what comes by <see cref="RedisOptions.HintChannel"/>; must not wait.</summary>
    public Action<byte[]?>? Received { get; set; }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (!options.Value.IsConfigured)
        {
            return;
        }

        try
        {
            while (true)
            {
                var since = clock.GetTimestamp();
                await HoldAsync(stoppingToken);
                var wasGood = clock.GetElapsedTime(since) >= GoodLife;
                _pauses = wasGood || _pauses == 0 ? 1 : Math.Min(2 * _pauses, MaxPauses);

                // Not all servers at once.
                var jitter = 0.5 + Random.Shared.NextDouble();
                await Task.Delay(options.Value.RetryInterval * _pauses * jitter, clock, stoppingToken);
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The host would take it for a fault.
        }
    }

    /// <summary>One connection from its beginning to its end.</summary>
    private async Task HoldAsync(CancellationToken stoppingToken)
    {
        try
        {
            if (!await keys.TryReadAsync(stoppingToken))
            {
                return;
            }

            using var connection = await RedisConnection.OpenAsync(
                options.Value, message => Received?.Invoke(message), clock, stoppingToken);
            _current = connection;
            Tell(answers: true, why: "");
            Tell(answers: false, await EndOfAsync(connection, stoppingToken));
        }
        // Whatever a library throws at a server that is none, or not its: ours must not end because of it.
        catch (Exception failure) when (!stoppingToken.IsCancellationRequested)
        {
            Tell(answers: false, RedisFault.KindOf(failure));
        }
        finally
        {
            _current = null;
            metrics.IsConnected = false;
        }
    }

    private async Task<string> EndOfAsync(RedisConnection connection, CancellationToken stoppingToken)
    {
        while (true)
        {
            try
            {
                return await connection.Broken.WaitAsync(KeyInterval, clock, stoppingToken);
            }
            catch (TimeoutException)
            {
                await keys.TryReadAsync(stoppingToken);
            }
        }
    }

    private void Tell(bool answers, string why)
    {
        metrics.IsConnected = answers;
        if (answers == _isTold)
        {
            return;
        }

        _isTold = answers;
        if (answers)
        {
            Log.RedisAnswers(logger);
        }
        else
        {
            Log.RedisAway(logger, why);
        }
    }
}
