using Entitlement.Testing;
using Entitlement.V1;
using Google.Protobuf.WellKnownTypes;
using FeatureLine = Entitlement.V1.FeatureLine;

namespace Entitlement.Server.Tests.Activations;

/// <summary>Leases at moments that calendars and counters of seconds are known to stumble over.</summary>
public sealed class LeaseTimeTests
{
    private static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(1);

    [Theory]
    [MemberData(nameof(Moments.All), MemberType = typeof(Moments))]
    public async Task A_lease_holds_its_place_up_to_its_end_and_may_be_taken_up_again_after_it(string at)
    {
        var (start, clock) = At(at);
        await using var story = await BeginAsync(clock);
        var machines = await ReportingMachine.ActivateAsync(story, 2);

        var taken = await machines[0].LeaseAsync(1);
        clock.Advance(TimeSpan.FromHours(2) - Tick);
        var early = await machines[1].TryLeaseAsync(1);
        clock.Advance(Tick);
        var late = await machines[1].LeaseAsync(1);
        var lost = await machines[0].TryLeaseAsync(1);
        clock.Advance(TimeSpan.FromDays(40));
        var shown = await story.ReadAsync(machines[1].Activation);
        var again = await machines[1].LeaseAsync(1);

        Assert.Equal(start.AddHours(2), taken.Leases[0].ExpireTime.ToDateTimeOffset());
        Assert.Equal(Tick, early?.Find<Google.Rpc.RetryInfo>()?.RetryDelay.ToTimeSpan());
        Assert.Equal(start.AddHours(4), late.Leases[0].ExpireTime.ToDateTimeOffset());
        Assert.Equal("SEATS_EXHAUSTED", lost?.Reason());
        Assert.Empty(shown.Leases);
        Assert.Equal(start.AddHours(4).AddDays(40), again.Leases[0].ExpireTime.ToDateTimeOffset());
        machines.ForEach(machine => machine.Dispose());
    }

    [Theory]
    [MemberData(nameof(Moments.All), MemberType = typeof(Moments))]
    public async Task A_lease_that_is_renewed_in_time_is_not_lost_before_its_license_ends(string at)
    {
        var (start, clock) = At(at);
        var end = start.AddHours(5);
        await using var story = await BeginAsync(clock, license => license.EndTime = end.ToTimestamp());
        var machines = await ReportingMachine.ActivateAsync(story, 2);
        await machines[0].LeaseAsync(1);
        for (var renewal = 1; renewal <= 3; renewal++)
        {
            clock.Advance(TimeSpan.FromMinutes(90));

            var other = await machines[1].TryLeaseAsync(1);
            var renewed = await machines[0].LeaseAsync(1);

            Assert.Equal("SEATS_EXHAUSTED", other?.Reason());
            var until = start.AddMinutes((90 * renewal) + 120);
            Assert.Equal(until < end ? until : end, renewed.Leases[0].ExpireTime.ToDateTimeOffset());
        }

        clock.Advance(TimeSpan.FromMinutes(30));
        var over = await machines[0].LeaseAsync(1);

        Assert.Equal((ActivationState.Expired, 0), (over.State, over.Leases.Count));
        machines.ForEach(machine => machine.Dispose());
    }

    private static (DateTimeOffset Start, ManualClock Clock) At(string text)
    {
        var start = Moments.At(text);
        return (start, new ManualClock(start));
    }

    private static Task<ActivationStory> BeginAsync(TimeProvider clock, Action<License>? change = null) =>
        ActivationStory.BeginAsync(
            DatabaseKind.Sqlite,
            license =>
            {
                license.MachineLimit = 2;
                license.Features.Add(new FeatureLine
                {
                    Code = "render",
                    Counts = FeatureCount.Lease,
                    Quantity = 1,
                    LeaseDuration = new Duration { Seconds = 7_200 },
                });
                change?.Invoke(license);
            },
            clock);
}
