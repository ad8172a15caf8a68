using System.Threading.RateLimiting;
using Entitlement.Domain.Errors;
using Microsoft.Extensions.Options;

namespace Entitlement.Server.Abuse;

/// <summary>
/// Bounds how many signatures are verified at once: each takes a processor, and anybody may ask for it.
/// </summary>
internal sealed class VerificationQueue(IOptions<AbuseOptions> options) : IDisposable
{
    private static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(1);

    private readonly ConcurrencyLimiter _limiter = new(new ConcurrencyLimiterOptions
    {
        PermitLimit = options.Value.MaxVerifications ?? Environment.ProcessorCount,
        QueueLimit = options.Value.MaxWaitingVerifications,
        QueueProcessingOrder = QueueProcessingOrder.OldestFirst,
    });

    /// <summary>How many had a turn so far.</summary>
    public long Served => _limiter.GetStatistics()!.TotalSuccessfulLeases;

    /// <summary>Waits for a turn.</summary>
    /// <returns>To be disposed of when the work is done.</returns>
    /// <exception cref="EntitlementException"><see cref="FailureReason.TooBusy"/>: too many wait already.</exception>
    public async ValueTask<IDisposable> EnterAsync(CancellationToken cancellationToken)
    {
        var lease = await _limiter.AcquireAsync(permitCount: 1, cancellationToken);
        if (!lease.IsAcquired)
        {
            lease.Dispose();
            throw Refusal.TooBusy(RetryAfter);
        }

        return lease;
    }

    public void Dispose() => _limiter.Dispose();
}
