namespace Entitlement.Server.Hosting;

/// <summary>The loop of a background service.</summary>
internal static class Repeat
{
    /// <summary>
    /// Does the work at once, or when <paramref name="delay"/> is over, then each time the interval is over, until the server
    /// stops; that is no failure.
    /// </summary>
    public static async Task EveryAsync(
        TimeSpan interval, Func<Task> work, TimeProvider clock, CancellationToken stoppingToken, TimeSpan delay = default)
    {
        using var timer = new PeriodicTimer(interval, clock);
        try
        {
            await Task.Delay(delay, clock, stoppingToken);
            do
            {
                await work();
            }
            while (await timer.WaitForNextTickAsync(stoppingToken));
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The host would take it for a fault where a start failed half-way.
        }
    }
}
