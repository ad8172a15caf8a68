using Entitlement.Server.Health;
using Microsoft.Extensions.Options;

namespace Entitlement.Server.Signing;

/// <summary>Warns before the signing certificate runs out, and tells <c>NOT_SERVING</c> once it has: nothing can be signed then.</summary>
internal sealed class CertificateWatch(
    SigningKeys keys, ServingState state, IOptions<SigningOptions> options, TimeProvider clock, ILogger<CertificateWatch> logger)
    : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromHours(6);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, clock);
        do
        {
            Check();
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    private void Check()
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
    }
}
