using System.Diagnostics;

namespace Entitlement.Benchmarks;

/// <summary>One figure of a run.</summary>
/// <param name="Step">What was measured.</param>
/// <param name="Count">How many operations ran.</param>
/// <param name="Elapsed">In what time.</param>
/// <param name="Cpu">Processor time of this process, which holds server and callers.</param>
/// <param name="AllocatedBytes">Bytes allocated by this process.</param>
internal sealed record Figure(string Step, int Count, TimeSpan Elapsed, TimeSpan Cpu, long AllocatedBytes)
{
    public double PerSecond => Count / Elapsed.TotalSeconds;

    public double CpuMicroseconds => Cpu.TotalMicroseconds / Count;

    public double BytesEach => (double)AllocatedBytes / Count;

    public static Figure Sum(string step, IReadOnlyCollection<Figure> parts) => new(
        step,
        parts.Sum(part => part.Count),
        TimeSpan.FromTicks(parts.Sum(part => part.Elapsed.Ticks)),
        TimeSpan.FromTicks(parts.Sum(part => part.Cpu.Ticks)),
        parts.Sum(part => part.AllocatedBytes));
}

/// <summary>Runs operations by a number of callers and says what they cost.</summary>
internal static class Measure
{
    /// <summary>Each operation once, in order, shared out among the callers as they become free.</summary>
    public static async Task<Figure> RunAsync<T>(string step, IReadOnlyList<T> operations, int callers, Func<T, Task> run)
    {
        GC.Collect();
        var process = Process.GetCurrentProcess();
        var cpu = process.TotalProcessorTime;
        var allocated = GC.GetTotalAllocatedBytes(precise: true);
        var watch = Stopwatch.StartNew();
        var next = -1;
        await Task.WhenAll(Enumerable.Range(0, callers).Select(_ => Task.Run(async () =>
        {
            for (var i = Interlocked.Increment(ref next); i < operations.Count; i = Interlocked.Increment(ref next))
            {
                await run(operations[i]);
            }
        })));
        watch.Stop();
        process.Refresh();
        return new Figure(
            step,
            operations.Count,
            watch.Elapsed,
            process.TotalProcessorTime - cpu,
            GC.GetTotalAllocatedBytes(precise: true) - allocated);
    }

    /// <summary>One caller, on one core.</summary>
    public static Task<Figure> RunAsync<T>(string step, IReadOnlyList<T> operations, Action<T> run) =>
        RunAsync(step, operations, callers: 1, operation =>
        {
            run(operation);
            return Task.CompletedTask;
        });
}
