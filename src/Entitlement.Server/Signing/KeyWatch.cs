using System.Data.Common;
using Entitlement.Domain.Errors;
using Entitlement.Formats;
using Entitlement.Server.Health;
using Entitlement.Server.Hosting;
using Entitlement.Signing;
using Entitlement.Storage;
using Microsoft.Extensions.Options;

namespace Entitlement.Server.Signing;

/// <summary>
/// Looks every few seconds whether the keys changed, in the files or by another server, so that a key that follows
/// another needs no restart. Warns before the last certificate runs out, and tells <c>NOT_SERVING</c> once nothing can be
/// signed.
/// </summary>
internal sealed class KeyWatch(
    SigningKeys keys,
    KeyRecords records,
    StorageEngine storage,
    ServingState state,
    IOptions<SigningOptions> options,
    TimeProvider clock,
    ILogger<KeyWatch> logger)
    : BackgroundService
{
    /// <summary>How old the told state may be.</summary>
    public static readonly TimeSpan Interval = TimeSpan.FromSeconds(10);

    private static readonly TimeSpan BetweenWarnings = TimeSpan.FromDays(1);

    private bool _isStarted;
    private DateTimeOffset _nextWarning = DateTimeOffset.MinValue;
    private string? _signsNow;

    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        Repeat.EveryAsync(Interval, () => LookAsync(stoppingToken), clock, stoppingToken);

    private async Task LookAsync(CancellationToken cancellationToken)
    {
        // At the start the keys were just read, and a start has its callers to answer first.
        if (_isStarted)
        {
            keys.ReadAgain();
            await ExchangeAsync(cancellationToken);
        }

        _isStarted = true;
        Judge(keys.Current, clock.GetUtcNow());
    }

    private async Task ExchangeAsync(CancellationToken cancellationToken)
    {
        try
        {
            await records.ExchangeAsync(cancellationToken);
        }
        catch (Exception failure) when (
            failure is DbException or EntitlementException or FileFormatException || storage.Classify(failure) != StorageFault.None)
        {
            // What is at hand goes on. The next look may find the database again, or a root that signed what is recorded.
            Log.KeysNotExchanged(logger, failure);
        }
    }

    private void Judge(SigningKey? current, DateTimeOffset now)
    {
        state.SetKeysUsable(current is not null);
        if (current is not null && current.KeyId != _signsNow)
        {
            Log.KeySigns(logger, current.KeyId, current.EndTime);
        }

        _signsNow = current?.KeyId;
        if (now >= _nextWarning)
        {
            _nextWarning = now + BetweenWarnings;
            Warn(current, now);
        }
    }

    private void Warn(SigningKey? current, DateTimeOffset now)
    {
        if (current is null)
        {
            Log.NothingSigns(logger, keys.Ring.Keys[^1].EndTime);
        }
        else if (keys.Ring.Keys[^1].EndTime is var end && end - now <= options.Value.WarnBeforeExpiry)
        {
            Log.CertificateExpiring(logger, end, (int)(end - now).TotalDays);
        }
    }
}
