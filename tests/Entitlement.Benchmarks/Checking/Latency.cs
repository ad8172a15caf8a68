using System.Diagnostics;

namespace Entitlement.Benchmarks.Checking;

/// <summary>How long calls took that began at a steady rate, from when each was due.</summary>
internal sealed class Latency
{
    private static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(1);

    private readonly double[] _sorted;

    private Latency(double[] milliseconds) => _sorted = [.. milliseconds.Order()];

    /// <summary>Milliseconds below which a share of the calls stayed.</summary>
    public double At(double share) => _sorted[(int)((_sorted.Length - 1) * share)];

    /// <param name="count">How many calls.</param>
    /// <param name="perSecond">How many begin in a second, whatever becomes of those before.</param>
    /// <param name="call">The call, by its number.</param>
    public static async Task<Latency> MeasureAsync(int count, double perSecond, Func<int, Task> call)
    {
        var times = new double[count];
        var calls = new Task[count];
        using var tick = new PeriodicTimer(Tick, TimeProvider.System);
        var start = Stopwatch.GetTimestamp();
        for (var next = 0; next < count; await tick.WaitForNextTickAsync())
        {
            var due = Math.Min(count, (int)(Stopwatch.GetElapsedTime(start).TotalSeconds * perSecond));
            for (; next < due; next++)
            {
                calls[next] = TimeAsync(next);
            }
        }

        await Task.WhenAll(calls);
        return new Latency(times);

        async Task TimeAsync(int number)
        {
            await call(number);
            times[number] = Stopwatch.GetElapsedTime(start).TotalMilliseconds - (number / perSecond * 1000);
        }
    }
}
