using System.Collections.Concurrent;

namespace Entitlement.Server.Tests.Access.Cache.Model;

/// <summary>
/// Runs everything on the thread that pumps, in order, so that a sequence of steps that fails once fails each time: what goes on
/// at once are calls that wait for each other, not threads.
/// </summary>
internal sealed class Pump : SynchronizationContext
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly BlockingCollection<(SendOrPostCallback Callback, object? State)> _queue = [];

    public override void Post(SendOrPostCallback d, object? state) => _queue.Add((d, state));

    /// <summary>Does something, and all that follows from it, until nothing more can go on by itself.</summary>
    public void Do(Action action) => Run(action, TimeSpan.Zero, () => false);

    /// <summary>Waits as well for what threads of the runtime hand back, such as a place among those that load.</summary>
    public void DoUntil(Func<bool> isDone) => Run(() => { }, Patience, isDone);

    private void Run(Action action, TimeSpan patience, Func<bool> isDone)
    {
        var before = Current;
        SetSynchronizationContext(this);
        try
        {
            action();
            while (!isDone() && _queue.TryTake(out var next, patience))
            {
                next.Callback(next.State);
            }
        }
        finally
        {
            SetSynchronizationContext(before);
        }
    }
}
