using Grpc.Core;

namespace Entitlement.Client.Renewal;

/// <summary>
/// Keeps a product's license renewed in the background: gets the next license file ahead of the end of the one that is
/// installed, renews leases, and reports once a day. It goes on quietly while the service is away: nothing that fails
/// reaches the product but by <see cref="LicenseRenewalOptions.Observer"/>, and the license holds to its own end. What
/// the license is worth tells <see cref="EntitlementClient.Check"/>, at any time and without waiting for any of this.
/// </summary>
public sealed class LicenseRenewal : IAsyncDisposable
{
    private readonly CancellationTokenSource _stopping = new();
    private readonly EntitlementClient _client;
    private readonly Task _running;
    private volatile TaskCompletionSource _changed = NewSignal();

    private LicenseRenewal(EntitlementClient client, ChannelBase channel, LicenseRenewalOptions options)
    {
        _client = client;
        _client.Changed += Wake;

        // Not on the thread of the product's start: even the first look reads the machine's components.
        _running = Task.Run(() => RunAsync(channel, options));
    }

    /// <summary>Begins, and returns at once. Nothing is asked of the service before something is due.</summary>
    /// <param name="client">The installation; it is not disposed with this, and must live as long.</param>
    /// <param name="channel">See <see cref="Activation.EntitlementChannel"/>. As the client.</param>
    /// <param name="options">Null for the defaults.</param>
    /// <exception cref="ArgumentOutOfRangeException">The interval of reports is shorter than a minute.</exception>
    public static LicenseRenewal Start(
        EntitlementClient client, ChannelBase channel, LicenseRenewalOptions? options = null)
    {
        options ??= new LicenseRenewalOptions();
        return options.ReportInterval < TimeSpan.FromMinutes(1)
            ? throw new ArgumentOutOfRangeException(nameof(options), "ReportInterval must be a minute or more.")
            : new LicenseRenewal(client, channel, options);
    }

    /// <summary>Ends it, and a call that is under way. What was sent is sent again at the next start.</summary>
    public async ValueTask DisposeAsync()
    {
        _client.Changed -= Wake;
        await _stopping.CancelAsync().ConfigureAwait(false);
        await _running.ConfigureAwait(false);
        _stopping.Dispose();
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private void Wake(object? sender, EventArgs change) => _changed.TrySetResult();

    private async Task RunAsync(ChannelBase channel, LicenseRenewalOptions options)
    {
        // Random numbers for spreading calls; nothing depends on their being secret.
        var pass = new RenewalPass(_client, channel, options, _client.Clock, Random.Shared.NextDouble);
        while (!_stopping.IsCancellationRequested)
        {
            // Before the look, so that what changes during it is seen by the next.
            _changed = NewSignal();
            var wait = await LookAsync(pass).ConfigureAwait(false);
            var changeOrTime = (Task)_changed.Task.WaitAsync(wait, _client.Clock, _stopping.Token);
            await changeOrTime.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task<TimeSpan> LookAsync(RenewalPass pass)
    {
        try
        {
            return await pass.RunAsync(_stopping.Token).ConfigureAwait(false);
        }
        catch (Exception failure)
        {
            // Nothing is above this to catch it: the renewal would end without a word. The next look may find the disk
            // well again. A call that the product's own end has cut off is no news.
            if (!_stopping.IsCancellationRequested)
            {
                pass.Tell(new RenewalAttempt(License: null, Report: null, failure));
            }

            return RenewalPass.LookInterval;
        }
    }
}
