using Entitlement.Server.Health;
using Entitlement.Server.Hosting;
using Microsoft.Extensions.Options;

namespace Entitlement.Server.Signing;

/// <summary>Warns before the signing certificate runs out, and tells <c>NOT_SERVING</c> once it has: nothing can be signed then.</summary>
internal sealed class CertificateWatch(
    SigningKeys keys, ServingState state, IOptions<SigningOptions> options, TimeProvider clock, ILogger<CertificateWatch> logger)
    : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromHours(6);

    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        Repeat.EveryAsync(Interval, CheckAsync, clock, stoppingToken);

    private Task CheckAsync()
    {
        var end = new DateTimeOffset(keys.Current.Certificate.NotAfter);
        var left = end - clock.GetUtcNow();
        state.SetKeysUsable(left > TimeSpan.Zero);
        if (left <= TimeSpan.Zero)
        {
            Log.CertificateExpired(logger, end);
        }
        else if (left <= options.Value.WarnBeforeExpiry)
        {
            Log.CertificateExpiring(logger, end, (int)left.TotalDays);
        }

        return Task.CompletedTask;
    }
}
