using Entitlement.Client.Renewal;
using Entitlement.Client.Tests.Support;
using Entitlement.Formats;
using Entitlement.Testing;

namespace Entitlement.Client.Tests.Renewal;

public sealed class RenewalScheduleTests : IDisposable
{
    private readonly Vendor _vendor = new();

    public void Dispose() => _vendor.Dispose();

    [Fact]
    public void A_file_falls_due_at_the_moment_that_its_id_gives_as_another_language_computes_it()
    {
        // Python: iat + 30 days * (0.5 + int.from_bytes(sha256(jti)[:4], "big") / 2**32 / 4)
        var expected = new DateTimeOffset(2026, 12, 11, 13, 33, 53, 794, TimeSpan.Zero);

        Assert.Equal(expected, RenewalSchedule.DueTime(_vendor.Claims)!.Value, TimeSpan.FromMilliseconds(1));
    }

    [Fact]
    public void Files_of_one_minute_fall_due_evenly_over_a_quarter_of_their_time()
    {
        var tenths = new int[10];
        for (var file = 0; file < 5_000; file++)
        {
            var id = new byte[16];
            BitConverter.TryWriteBytes(id, file);
            var due = RenewalSchedule.DueTime(_vendor.Claims with { Jti = new Guid(id) })!.Value;
            tenths[(int)((due - Samples.Now.AddDays(15)) / TimeSpan.FromDays(0.75))]++;
        }

        Assert.All(tenths, count => Assert.InRange(count, 400, 600));
    }

    [Fact]
    public void A_file_without_an_end_goes_by_that_of_its_license_and_one_for_ever_is_never_due()
    {
        var license = _vendor.Claims with { ExpireTime = null };
        var due = RenewalSchedule.DueTime(license)!.Value;

        Assert.InRange(due, Samples.Now.AddDays(182.5), Samples.Now.AddDays(273.75));
        Assert.Null(RenewalSchedule.DueTime(license with { LicenseUntil = null }));
    }

    [Theory]
    [MemberData(nameof(Moments.All), MemberType = typeof(Moments))]
    public void A_file_of_any_moment_falls_due_in_the_third_quarter_of_its_time(string moment)
    {
        var now = Moments.At(moment);
        using var instance = Samples.NewKey();
        var claims = Samples.Claims(Jwk.FromKey(instance), now);

        Assert.InRange(RenewalSchedule.DueTime(claims)!.Value, now.AddDays(15), now.AddDays(22.5).AddTicks(-1));
    }

    [Theory]
    [InlineData(1, 15 * 24 * 60, 1)]
    [InlineData(2, 15 * 24 * 60, 2)]
    [InlineData(6, 15 * 24 * 60, 32)]
    [InlineData(99, 15 * 24 * 60, 24 * 60)]
    [InlineData(99, 80, 10)]
    [InlineData(99, 0, 60)]
    [InlineData(99, -5, 60)]
    public void Waits_up_to_twice_as_long_after_each_failure_but_not_past_an_eighth_of_what_is_left(
        int failures, int minutesLeft, int limit)
    {
        var left = TimeSpan.FromMinutes(minutesLeft);

        Assert.Equal(TimeSpan.Zero, RenewalSchedule.PauseAfter(failures, left, retryDelay: null, jitter: 0));
        Assert.Equal(
            TimeSpan.FromMinutes(limit) / 2, RenewalSchedule.PauseAfter(failures, left, retryDelay: null, jitter: 0.5));
    }

    [Fact]
    public void A_short_lease_is_tried_again_within_seconds() => Assert.Equal(
        TimeSpan.FromSeconds(5), RenewalSchedule.PauseAfter(1, TimeSpan.FromSeconds(15), retryDelay: null, jitter: 1));

    [Fact]
    public void Counts_its_own_wait_from_what_the_service_asked_for() => Assert.Equal(
        TimeSpan.FromSeconds(45 + 30),
        RenewalSchedule.PauseAfter(1, TimeSpan.FromDays(1), TimeSpan.FromSeconds(45), jitter: 0.5));
}
