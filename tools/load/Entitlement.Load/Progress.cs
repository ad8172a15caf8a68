using System.Diagnostics;
using Entitlement.CommandLine.Display;

namespace Entitlement.Load;

/// <summary>Says every other second how far something is. Safe for any number of threads.</summary>
internal sealed class Progress(Screen screen, string what, int of)
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(2);

    private int _done;
    private long _told = Stopwatch.GetTimestamp();

    public void Step()
    {
        var done = Interlocked.Increment(ref _done);
        var told = Volatile.Read(ref _told);
        if (Stopwatch.GetElapsedTime(told) >= Interval
            && Interlocked.CompareExchange(ref _told, Stopwatch.GetTimestamp(), told) == told)
        {
            screen.Note($"{done:N0} of {of:N0} {what}");
        }
    }
}
