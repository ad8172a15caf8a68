using System.Security.Cryptography;
using Entitlement.Client.Activation;
using Entitlement.Formats;
using Entitlement.V1;
using Grpc.Core;

namespace Entitlement.Client.Renewal;

/// <summary>
/// One look at what is installed and leased, with the calls that are due. Its caller makes one at a time.
/// </summary>
internal sealed class RenewalPass
{
    /// <summary>How long nothing is looked at: timers stand still while a machine sleeps, and clocks are set.</summary>
    public static readonly TimeSpan LookInterval = TimeSpan.FromMinutes(5);

    private readonly EntitlementClient _client;
    private readonly ChannelBase _channel;
    private readonly LicenseRenewalOptions _options;
    private readonly TimeProvider _clock;
    private readonly Func<double> _jitter;
    private readonly RetryPause _filePause;
    private readonly RetryPause _reportPause;

    private bool _isStarted;
    private bool _newerFileExists;
    private double _leaseShare;
    private long _reported;
    private TimeSpan _reportAfter;

    /// <param name="jitter">Gives numbers from 0 up to but not 1, evenly.</param>
    public RenewalPass(
        EntitlementClient client,
        ChannelBase channel,
        LicenseRenewalOptions options,
        TimeProvider clock,
        Func<double> jitter)
    {
        (_client, _channel, _options, _clock, _jitter) = (client, channel, options, clock, jitter);
        (_filePause, _reportPause) = (new RetryPause(clock, jitter), new RetryPause(clock, jitter));
        _leaseShare = RenewalSchedule.ShareOf(jitter());
        _reported = clock.GetTimestamp();
    }

    /// <returns>How long to wait until the next.</returns>
    public async Task<TimeSpan> RunAsync(CancellationToken cancellationToken)
    {
        Begin();
        await RenewFileAsync(cancellationToken).ConfigureAwait(false);
        await ReportAsync(cancellationToken).ConfigureAwait(false);

        return Earlier(Wait(FileNeed(), _filePause), Wait(ReportNeed(), _reportPause));
    }

    /// <summary>Tells the product's observer.</summary>
    public void Tell(RenewalAttempt attempt)
    {
        try
        {
            _options.Observer?.Invoke(attempt);
        }
        catch (Exception)
        {
            // The product's own; its license must not end for it.
        }
    }

    /// <summary>
    /// Where machines are switched on together, what fell due meanwhile is spread over a minute. A product that does
    /// not run for want of it does not wait.
    /// </summary>
    private void Begin()
    {
        if (_isStarted)
        {
            return;
        }

        _isStarted = true;
        var spread = _client.Check().IsValid ? RenewalSchedule.FirstPause * _jitter() : TimeSpan.Zero;
        _filePause.Begin(spread);
        _reportAfter = spread;
    }

    private RenewalNeed? FileNeed() =>
        _client.FileNeed() is { } need ? _newerFileExists ? need with { DueIn = TimeSpan.Zero } : need : null;

    private async Task RenewFileAsync(CancellationToken cancellationToken)
    {
        if (FileNeed() is not { } need || !IsDue(need, _filePause))
        {
            return;
        }

        try
        {
            var license = await _client.RefreshAsync(_channel, devices: null, cancellationToken).ConfigureAwait(false);
            if (!EntitlementClient.IsToBeInstalled(license))
            {
                throw new InvalidDataException(license.Message);
            }

            _newerFileExists = false;
            _filePause.AfterSuccess(RenewalSchedule.FirstPause);
            Tell(new RenewalAttempt(license, Report: null, Failure: null));
        }
        catch (Exception failure) when (IsOfAttempt(failure, cancellationToken))
        {
            _filePause.AfterFailure(failure, need.Left);
            Tell(new RenewalAttempt(License: null, Report: null, failure));
        }
    }

    /// <summary>Null while there is nothing to report, or nobody wants it reported.</summary>
    private RenewalNeed? ReportNeed()
    {
        if (!_client.HasActivation)
        {
            return null;
        }

        RenewalNeed? regular = _options.ReportInterval is { } interval
            ? new RenewalNeed(_reportAfter - _clock.GetElapsedTime(_reported), interval)
            : null;
        return _client.LeaseNeed(_leaseShare) is { } lease && !(regular?.DueIn <= lease.DueIn) ? lease : regular;
    }

    private async Task ReportAsync(CancellationToken cancellationToken)
    {
        if (ReportNeed() is not { } need || !IsDue(need, _reportPause))
        {
            return;
        }

        try
        {
            var answer = await _client.ReportStatusAsync(_channel, featuresInUse: null, cancellationToken)
                .ConfigureAwait(false);
            TakeNote(answer);
            Tell(new RenewalAttempt(License: null, answer, Failure: null));
        }
        catch (Exception failure) when (IsOfAttempt(failure, cancellationToken))
        {
            _reportPause.AfterFailure(failure, need.Left);
            Tell(new RenewalAttempt(License: null, Report: null, failure));
        }
    }

    private void TakeNote(ReportStatusResponse answer)
    {
        _newerFileExists |= answer.NewerFileExists;
        _leaseShare = RenewalSchedule.ShareOf(_jitter());
        _reported = _clock.GetTimestamp();
        _reportAfter = (_options.ReportInterval ?? TimeSpan.Zero) * ((3 + _jitter()) / 4);
        _reportPause.AfterSuccess(TimeSpan.Zero);
    }

    private static bool IsDue(RenewalNeed need, RetryPause pause) =>
        need.DueIn <= TimeSpan.Zero && pause.Left == TimeSpan.Zero;

    /// <summary>What a call can fail with, the disk's faults included; the end of the product is none.</summary>
    private static bool IsOfAttempt(Exception failure, CancellationToken stopping) => !stopping.IsCancellationRequested
        && failure is RpcException or EntitlementRefusedException or IOException or UnauthorizedAccessException
            or FileFormatException or CryptographicException or InvalidOperationException or InvalidDataException;

    private static TimeSpan Wait(RenewalNeed? need, RetryPause pause) =>
        need is { } known ? Earlier(Later(known.DueIn, pause.Left), LookInterval) : LookInterval;

    private static TimeSpan Earlier(TimeSpan one, TimeSpan other) => one < other ? one : other;

    private static TimeSpan Later(TimeSpan one, TimeSpan other) => one > other ? one : other;
}
