using Entitlement.Domain.Errors;
using Microsoft.Extensions.Options;

namespace Entitlement.Server.Health;

/// <summary>Bounds how many callers watch at a time: each holds a stream open for as long as it likes.</summary>
internal sealed class HealthWatchers(IOptions<HealthOptions> options)
{
    private int _count;

    /// <returns>To be disposed of when the watcher leaves.</returns>
    /// <exception cref="EntitlementException"><see cref="FailureReason.TooManyWatchers"/>.</exception>
    public IDisposable Enter()
    {
        if (Interlocked.Increment(ref _count) > options.Value.MaxWatchers)
        {
            Interlocked.Decrement(ref _count);
            throw Refusal.TooManyWatchers(options.Value.MaxWatchers);
        }

        return new Place(this);
    }

    private sealed class Place(HealthWatchers watchers) : IDisposable
    {
        public void Dispose() => Interlocked.Decrement(ref watchers._count);
    }
}
