using Entitlement.Server.Health;
using Entitlement.Server.Hosting;
using Microsoft.Extensions.Options;

namespace Entitlement.Server.Signing;

/// <summary>Warns before the signing certificate runs out, and tells <c>NOT_SERVING</c> once it has: nothing can be signed then.</summary>
internal sealed class CertificateWatch(
    SigningKeys keys, ServingState state, IOptions<SigningOptions> options, TimeProvider clock, ILogger<CertificateWatch> logger)
    : BackgroundService
{
    /// <summary>How old the told state may be.</summary>
    private static readonly TimeSpan Interval = TimeSpan.FromMinutes(1);

    private static readonly TimeSpan BetweenWarnings = TimeSpan.FromDays(1);

    private DateTimeOffset _nextWarning = DateTimeOffset.MinValue;

    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        Repeat.EveryAsync(Interval, CheckAsync, clock, stoppingToken);

    private Task CheckAsync()
    {
        var end = new DateTimeOffset(keys.Current.Certificate.NotAfter);
        var now = clock.GetUtcNow();
        state.SetKeysUsable(now < end);
        if (now >= _nextWarning)
        {
            _nextWarning = now + BetweenWarnings;
            Warn(end, end - now);
        }

        return Task.CompletedTask;
    }

    private void Warn(DateTimeOffset end, TimeSpan left)
    {
        if (left <= TimeSpan.Zero)
        {
            Log.CertificateExpired(logger, end);
        }
        else if (left <= options.Value.WarnBeforeExpiry)
        {
            Log.CertificateExpiring(logger, end, (int)left.TotalDays);
        }
    }
}
