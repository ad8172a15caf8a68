using Entitlement.Domain.Activations;
using Entitlement.Domain.Errors;
using Entitlement.Domain.Licenses;
using static Entitlement.Domain.Tests.Samples;

namespace Entitlement.Domain.Tests.Activations;

public class LeasePlanTests
{
    [Fact]
    public void What_is_named_is_taken_for_the_time_that_its_line_states()
    {
        var plan = Plan(held: [], new("render", 2), new("animate", 1));

        Assert.Equal(
            [("animate", 1, Now.AddHours(1)), ("render", 2, Now.AddMinutes(5))],
            plan.Taken.Select(lease => (lease.Feature, lease.Quantity, lease.Until)));
        Assert.Equal(
            [new("features/animate", 3, 0, 1), new SeatLine("features/render", 5, 0, 2, Overage: 1)], plan.Moves);
    }

    [Fact]
    public void What_is_held_is_renewed_without_a_move()
    {
        var held = Plan(held: [], new WantedLease("render", 2)).Standing;

        var plan = PlanAt(Now.AddMinutes(4), held, new WantedLease("render", 2));

        Assert.Empty(plan.Moves);
        Assert.Empty(plan.Taken);
        Assert.Equal((2, Now.AddMinutes(9)), (plan.Standing[0].Quantity, plan.Standing[0].Until));
    }

    [Fact]
    public void What_has_run_out_and_still_counts_is_taken_up_again_without_a_move()
    {
        var held = Plan(held: [], new WantedLease("render", 2)).Standing;

        var plan = PlanAt(Now.AddDays(1), held, new WantedLease("render", 3));

        Assert.Equal(1, Assert.Single(plan.Moves).Requested);
        Assert.Equal(Now.AddDays(1).AddMinutes(5), plan.Standing[0].Until);
    }

    [Fact]
    public void What_is_not_named_is_given_back()
    {
        var held = Plan(held: [], new("render", 2), new("animate", 1)).Standing;

        var plan = Plan(held, new WantedLease("render", 1));

        Assert.Equal(["animate"], plan.Returned.Select(lease => lease.Feature));
        Assert.Equal([("features/animate", -1), ("features/render", -1)], plan.Moves.Select(line => (line.Line, line.Requested)));
    }

    [Theory]
    [InlineData("export")]
    [InlineData("unheard-of")]
    public void What_does_not_float_is_refused(string feature)
    {
        var refusal = Assert.Throws<EntitlementException>(() => Plan(held: [], new WantedLease(feature, 1)));

        Assert.Equal((FailureReason.FeatureNotLicensed, feature), (refusal.Reason, refusal.Metadata["feature"]));
    }

    [Theory]
    [InlineData(4, 4)]
    [InlineData(5, 5)]
    [InlineData(6, 5)]
    public void No_lease_outlasts_its_license(int licenseMinutes, int leaseMinutes)
    {
        var plan = PlanAt(Now, held: [], Now.AddMinutes(licenseMinutes), new WantedLease("render", 1));

        Assert.Equal(Now.AddMinutes(leaseMinutes), plan.Standing[0].Until);
    }

    [Theory]
    [InlineData(59, true)]
    [InlineData(60, false)]
    [InlineData(2_592_000, false)]
    [InlineData(2_592_001, true)]
    public void The_length_of_a_lease_has_bounds(int seconds, bool isRefused)
    {
        var terms = new FeatureTerms("render", FeatureCount.Lease, 1) { LeaseDuration = TimeSpan.FromSeconds(seconds) };

        var refusal = Record.Exception(() => NewLicense(new LicenseTerms { Features = [terms] }));

        Assert.Equal(
            isRefused ? "license.features[0].lease_duration" : null, (refusal as EntitlementException)?.Metadata["field"]);
    }

    [Theory]
    [InlineData(0, 5, false)]
    [InlineData(1, 5, false)]
    [InlineData(1, 6, false)]
    [InlineData(1, 7, true)]
    [InlineData(-1, 9, false)]
    public void A_line_is_short_only_above_its_overage(int requested, int held, bool isShort) =>
        Assert.Equal(isShort, new SeatLine("machines", 5, held, requested, Overage: 2).IsShort);

    private static LeasePlan Plan(IReadOnlyCollection<Lease> held, params WantedLease[] wanted) => PlanAt(Now, held, wanted);

    private static LeasePlan PlanAt(DateTimeOffset now, IReadOnlyCollection<Lease> held, params WantedLease[] wanted) =>
        PlanAt(now, held, licenseEnd: null, wanted);

    private static LeasePlan PlanAt(
        DateTimeOffset now, IReadOnlyCollection<Lease> held, DateTimeOffset? licenseEnd, params WantedLease[] wanted)
    {
        var (license, lines) = NewLicense(new LicenseTerms
        {
            EndTime = licenseEnd,
            Features =
            [
                new("render", FeatureCount.Lease, 5) { LeaseDuration = TimeSpan.FromMinutes(5), Overage = 1 },
                new("animate", FeatureCount.Lease, 3),
                new("export", FeatureCount.License, 1),
            ],
        });
        var activation = ActivationPlan.Make(license, lines, recorded: null, standingDevices: [], Machine())
            .Carry(TimeSpan.FromDays(30), Now);
        return LeasePlan.Make(activation, license, lines, held, wanted, now);
    }
}
