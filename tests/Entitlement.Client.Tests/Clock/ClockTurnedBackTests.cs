using System.Security.Cryptography;
using Entitlement.Client.Clock;
using Entitlement.Client.Tests.Renewal;
using Entitlement.Client.Tests.Support;
using Entitlement.Client.Verification;
using Entitlement.Formats;
using Entitlement.Testing;
using Google.Protobuf;

namespace Entitlement.Client.Tests.Clock;

public sealed class ClockTurnedBackTests : IAsyncLifetime
{
    private static readonly DateTimeOffset FarAhead = new(2099, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private InstalledLicense _installed = null!;

    public async Task InitializeAsync() => _installed = await InstalledLicense.ActivateAsync();

    public async Task DisposeAsync() => await _installed.DisposeAsync();

    [Fact]
    public void A_clock_that_is_a_day_behind_is_nothing_to_tell_of()
    {
        Assert.Equal((VerificationReason.Valid, TimeSpan.Zero), SetTo(Samples.Now.AddHours(-24)));
        Assert.Equal(
            (VerificationReason.Valid, TimeSpan.FromHours(24) + TimeSpan.FromSeconds(1)),
            SetTo(Samples.Now.AddHours(-24).AddSeconds(-1)));
    }

    [Fact]
    public void A_clock_turned_back_is_told_at_once_borne_for_seven_days_of_use_and_then_no_more()
    {
        SetTo(Samples.Now.AddDays(20));

        var noticed = SetTo(Samples.Now.AddDays(1));
        Use(TimeSpan.FromDays(7) - TimeSpan.FromSeconds(1));
        _installed.Clock.Set(Samples.Now.AddDays(1));
        var before = _installed.Client.Check().Reason;
        _installed.Clock.Advance(TimeSpan.FromSeconds(1));

        Assert.Equal((VerificationReason.Valid, TimeSpan.FromDays(19)), noticed);
        Assert.Equal(VerificationReason.Valid, before);
        Assert.Equal(VerificationReason.ClockTurnedBack, _installed.Client.Check().Reason);
        Assert.Equal(0, _installed.Client.Check().QuantityOf("export"));
    }

    [Fact]
    public void Recovers_by_itself_once_the_clock_is_right_but_has_no_more_patience_for_that()
    {
        SetTo(Samples.Now.AddDays(20));
        SetTo(Samples.Now.AddDays(1));
        Use(TimeSpan.FromDays(7));
        var over = _installed.Client.Check().Reason;

        var right = SetTo(Samples.Now.AddDays(20));
        var again = SetTo(Samples.Now.AddDays(1));

        Assert.Equal(VerificationReason.ClockTurnedBack, over);
        Assert.Equal((VerificationReason.Valid, TimeSpan.Zero), right);
        Assert.Equal(VerificationReason.ClockTurnedBack, again.Reason);
    }

    [Fact]
    public void Time_passes_from_start_to_start_by_a_clock_that_runs_on_but_a_long_rest_costs_one_day()
    {
        SetTo(Samples.Now.AddDays(20));
        SetTo(Samples.Now.AddDays(-900));
        for (var start = 1; start <= 6; start++)
        {
            _installed.Clock.Advance(TimeSpan.FromDays(90));
            _installed.Restart();
            Assert.Equal(VerificationReason.Valid, _installed.Client.Check().Reason);
        }

        _installed.Clock.Advance(TimeSpan.FromDays(90));
        _installed.Restart();

        Assert.Equal(VerificationReason.ClockTurnedBack, _installed.Client.Check().Reason);
    }

    [Fact]
    public async Task The_next_license_file_tells_the_time_and_patience_begins_anew()
    {
        SetTo(Samples.Now.AddDays(20));
        SetTo(Samples.Now.AddDays(-400));
        Use(TimeSpan.FromDays(7));
        var over = _installed.Client.Check().Reason;
        var pass = _installed.NewPass();
        _installed.Service.Says.Clock = new ManualClock(Samples.Now.AddDays(20));

        await pass.RunAsync(CancellationToken.None);
        var renewed = _installed.Client.Check();
        await pass.RunAsync(CancellationToken.None);
        Use(TimeSpan.FromDays(3.4));
        await pass.RunAsync(CancellationToken.None);
        var inTheFirstHalf = _installed.Attempts.Count;
        Use(TimeSpan.FromDays(0.2));
        await pass.RunAsync(CancellationToken.None);

        // The clock is as wrong as before, so the license lives on what the service says, week by week.
        Assert.Equal((VerificationReason.ClockTurnedBack, VerificationReason.Valid), (over, renewed.Reason));
        Assert.True(renewed.ClockBehindBy > TimeSpan.FromDays(400));
        Assert.Equal((1, 2), (inTheFirstHalf, _installed.Attempts.Count));
    }

    [Fact]
    public async Task A_clock_that_was_far_ahead_once_locks_nobody_out_and_is_forgotten_with_the_next_answer()
    {
        var ahead = SetTo(FarAhead).Reason;
        var right = SetTo(Samples.Now.AddDays(2));
        var pass = _installed.NewPass();
        var isDue = _installed.Client.IsRenewalDue;

        await pass.RunAsync(CancellationToken.None);

        Assert.Equal((true, false), (isDue, _installed.Client.IsRenewalDue));

        Assert.Equal(VerificationReason.LicenseEnded, ahead);

        // It counts up to the end of the file that was installed, and the service is asked at once.
        Assert.Equal((VerificationReason.Valid, TimeSpan.FromDays(28)), right);
        Assert.Equal((VerificationReason.Valid, TimeSpan.Zero), SetTo(Samples.Now.AddDays(2)));
        Assert.Single(_installed.Attempts);
    }

    [Fact]
    public void Where_no_network_reaches_a_file_by_hand_forgets_a_clock_that_was_far_ahead()
    {
        SetTo(FarAhead);
        SetTo(Samples.Now.AddDays(2));
        Use(TimeSpan.FromDays(8));
        var over = _installed.Client.Check().Reason;

        var file = _installed.Service.Says.Answer(ByteString.CopyFrom(_installed.Client.CreateRefreshRequest()));
        var result = _installed.Client.Install(file.Span);

        Assert.Equal(VerificationReason.ClockTurnedBack, over);
        Assert.Equal((VerificationReason.Valid, TimeSpan.Zero), (result.Reason, result.ClockBehindBy));
    }

    [Fact]
    public async Task A_service_whose_clock_was_far_ahead_is_forgotten_with_its_next_answer_as_well()
    {
        _installed.Service.Says.Clock = new ManualClock(Samples.Now.AddDays(300));
        await _installed.Client.RefreshAsync(_installed.Service.Channel);
        var mistaken = _installed.Client.Check();
        _installed.Service.Says.Clock = _installed.Clock;

        await _installed.Client.RefreshAsync(_installed.Service.Channel);

        Assert.Equal((VerificationReason.Valid, TimeSpan.FromDays(300)), (mistaken.Reason, mistaken.ClockBehindBy));
        Assert.Equal((VerificationReason.Valid, TimeSpan.Zero), Told());
    }

    [Fact]
    public void What_the_service_signed_is_past_whatever_the_clock_shows()
    {
        SetTo(Samples.Now.AddDays(29));
        var vendor = _installed.Vendor;
        var list = RevokedActivationList.Write(
            6, Samples.Now.AddDays(31), Samples.Now.AddDays(45), [], vendor.KeyId, vendor.Certificate.RawDataMemory.Span,
            input => vendor.Key.SignData(
                input, HashAlgorithmName.SHA256, DSASignatureFormat.IeeeP1363FixedFieldConcatenation));
        _installed.Client.InstallRevokedFiles(vendor.RevokedFiles(5));
        var before = _installed.Client.Check().Reason;
        _installed.Client.InstallRevokedFiles(list);

        Assert.Equal((VerificationReason.Valid, VerificationReason.FileExpired), (before, _installed.Client.Check().Reason));
    }

    [Fact]
    public void A_license_for_ever_needs_no_clock()
    {
        _installed.Service.Says.Terms = claims => claims with { ExpireTime = null, LicenseUntil = null };
        var file = _installed.Service.Says.Answer(ByteString.CopyFrom(_installed.Client.CreateRefreshRequest()));
        _installed.Client.Install(file.Span);

        SetTo(Samples.Now.AddYears(-20));
        Use(TimeSpan.FromDays(30));

        Assert.Equal(VerificationReason.Valid, _installed.Client.Check().Reason);
    }

    [Fact]
    public void A_record_that_can_not_be_read_or_written_stops_nothing_and_is_kept_in_mind()
    {
        File.Delete(_installed.PathOf(ClockRecord.FileName));
        Directory.CreateDirectory(_installed.PathOf(ClockRecord.FileName));
        _installed.Restart();
        SetTo(Samples.Now.AddDays(20));

        Assert.Equal((VerificationReason.Valid, TimeSpan.FromDays(19)), SetTo(Samples.Now.AddDays(1)));
    }

    private (VerificationReason Reason, TimeSpan BehindBy) SetTo(DateTimeOffset now)
    {
        _installed.Clock.Set(now);
        return Told();
    }

    private (VerificationReason Reason, TimeSpan BehindBy) Told()
    {
        var result = _installed.Client.Check();
        return (result.Reason, result.ClockBehindBy);
    }

    /// <summary>The product runs, and looks at its license now and then.</summary>
    private void Use(TimeSpan time)
    {
        var step = TimeSpan.FromHours(8);
        for (var left = time; left > TimeSpan.Zero; left -= step)
        {
            _installed.Clock.Advance(left < step ? left : step);
            _installed.Client.Check();
        }
    }
}
