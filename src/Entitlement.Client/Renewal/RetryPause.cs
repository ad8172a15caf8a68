using Entitlement.Client.Activation;

namespace Entitlement.Client.Renewal;

/// <summary>
/// How long one kind of call is not made again. Counted by time that only passes, so that a clock that is set neither
/// makes a product call all the time nor never.
/// </summary>
internal sealed class RetryPause(TimeProvider clock, Func<double> jitter)
{
    private int _failures;
    private long _begun = clock.GetTimestamp();
    private TimeSpan _length;

    /// <summary>What is left of it.</summary>
    public TimeSpan Left
    {
        get
        {
            var left = _length - clock.GetElapsedTime(_begun);
            return left > TimeSpan.Zero ? left : TimeSpan.Zero;
        }
    }

    public void Begin(TimeSpan length) => (_begun, _length) = (clock.GetTimestamp(), length);

    /// <summary>Even an answer that changes nothing is not asked for all the time.</summary>
    public void AfterSuccess(TimeSpan length)
    {
        _failures = 0;
        Begin(length);
    }

    /// <param name="failure">Why the call failed.</param>
    /// <param name="left">Time until the end of what is renewed.</param>
    public void AfterFailure(Exception failure, TimeSpan left)
    {
        _failures++;
        var retryDelay = (failure as EntitlementRefusedException)?.RetryAfter;
        Begin(retryDelay is null && failure is EntitlementRefusedException
            ? RenewalSchedule.AfterDecision * ((1 + jitter()) / 2)
            : RenewalSchedule.PauseAfter(_failures, left, retryDelay, jitter()));
    }
}
