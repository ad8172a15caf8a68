using Entitlement.Server.Health;
using Microsoft.Extensions.Options;

namespace Entitlement.Server.Hosting;

/// <summary>
/// Tells <c>NOT_SERVING</c> before the server stops to accept calls, so that load balancers turn away while it still answers.
/// The calls that run by then are the server's to end, within <c>Server:ShutdownTimeout</c>.
/// </summary>
internal sealed class Drain(
    ServingState state, IOptions<ServerOptions> options, TimeProvider clock, ILogger<Drain> logger) : IHostedLifecycleService
{
    /// <summary>A server that never served has nobody to turn away.</summary>
    private bool _served;

    public async Task StoppingAsync(CancellationToken cancellationToken)
    {
        state.SetStopping();
        if (_served && options.Value.DrainDelay > TimeSpan.Zero)
        {
            Log.Draining(logger, options.Value.DrainDelay);
            await Task.Delay(options.Value.DrainDelay, clock, cancellationToken);
        }
    }

    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken)
    {
        _served = true;
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
