using System.Diagnostics;

namespace Entitlement.Load;

/// <summary>Why a call counts as failed.</summary>
/// <param name="Status">The gRPC status by its name.</param>
/// <param name="Reason">The reason of the service's catalogue.</param>
internal readonly record struct CallError(string Status, string Reason);

/// <summary>One call.</summary>
internal readonly record struct Call(TimeSpan Latency, CallError? Error);

/// <summary>All calls of a run, and how long the run took from its first to its last.</summary>
internal sealed record LoadRun(TimeSpan Total, IReadOnlyCollection<Call> Calls);

/// <summary>Makes calls in one of the two ways in which load comes.</summary>
internal static class Drive
{
    /// <summary>
    /// Closed loop: so many callers, and each waits for its answer before it asks again. What it shows is what the service can do;
    /// its latencies say little of a service that stalls, because then nobody asks.
    /// </summary>
    public static async Task<LoadRun> ClosedAsync(
        int count,
        int callers,
        Func<int, CancellationToken, Task<CallError?>> call,
        Progress progress,
        CancellationToken cancellation)
    {
        var calls = new Call[count];
        var next = -1;
        var start = Stopwatch.GetTimestamp();
        await Task.WhenAll(Enumerable.Range(0, callers).Select(_ => Task.Run(
            async () =>
            {
                for (var i = Interlocked.Increment(ref next); i < count; i = Interlocked.Increment(ref next))
                {
                    var began = Stopwatch.GetTimestamp();
                    var error = await call(i, cancellation);
                    calls[i] = new Call(Stopwatch.GetElapsedTime(began), error);
                    progress.Step();
                }
            },
            cancellation)));
        return new LoadRun(Stopwatch.GetElapsedTime(start), calls);
    }

    /// <summary>
    /// Open loop: calls begin at a steady rate whatever becomes of those before, as customers do. Latency counts from the moment at
    /// which a call was due, so that a driver or a service that falls behind can't hide it.
    /// </summary>
    public static async Task<LoadRun> OpenAsync(
        int count,
        int rate,
        Func<int, CancellationToken, Task<CallError?>> call,
        Progress progress,
        CancellationToken cancellation)
    {
        var calls = new Call[count];
        var running = new List<Task>(count);
        var start = Stopwatch.GetTimestamp();
        using var tick = new PeriodicTimer(TimeSpan.FromMilliseconds(1));
        while (running.Count < count && await tick.WaitForNextTickAsync(cancellation))
        {
            var due = (int)Math.Min(count, (Stopwatch.GetElapsedTime(start).TotalSeconds * rate) + 1);
            while (running.Count < due)
            {
                running.Add(CallAsync(running.Count));
            }
        }

        await Task.WhenAll(running);
        return new LoadRun(Stopwatch.GetElapsedTime(start), calls);

        async Task CallAsync(int i)
        {
            var due = start + (long)((double)i / rate * Stopwatch.Frequency);

            // To another thread, so that making one call does not put off the next.
            await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
            var error = await call(i, cancellation);
            calls[i] = new Call(Stopwatch.GetElapsedTime(due), error);
            progress.Step();
        }
    }
}
