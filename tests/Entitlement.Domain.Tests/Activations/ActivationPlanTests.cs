using Entitlement.Domain.Activations;
using Entitlement.Domain.Errors;
using Entitlement.Domain.Licenses;
using static Entitlement.Domain.Tests.Samples;

namespace Entitlement.Domain.Tests.Activations;

public class ActivationPlanTests
{
    private static readonly TimeSpan Lifetime = TimeSpan.FromDays(30);

    [Fact]
    public void A_new_key_takes_a_machine_seat_and_a_seat_for_each_device()
    {
        var plan = PlanFor(Terms(cameras: 5), Machine(devices: [Camera("a"), Camera("b")]));

        Assert.True(plan.IsNew);
        Assert.Equal([new("machines", 1, 0, 1), new SeatLine("features/camera", 5, 0, 2)], plan.Seats);
    }

    [Fact]
    public void A_key_that_is_activated_takes_no_seat_and_gets_the_next_generation()
    {
        var terms = Terms(cameras: 5);
        var standing = PlanFor(terms, Machine(devices: [Camera("a")])).Carry(Lifetime, Now);

        var plan = PlanFor(terms, Machine(generation: 1, devices: [Camera("a")]), standing, [Camera("a")]);

        Assert.False(plan.IsNew);
        Assert.All(plan.Seats, line => Assert.Equal(0, line.Requested));
        Assert.Equal(2, plan.Carry(Lifetime, Now).Generation);
        Assert.Equal(GenerationNotice.None, plan.Notice);
    }

    [Fact]
    public void Devices_left_out_give_their_seats_back()
    {
        var terms = Terms(cameras: 5);
        var standing = PlanFor(terms, Machine()).Carry(Lifetime, Now);

        var plan = PlanFor(terms, Machine(1, null, Camera("b"), Camera("c")), standing, [Camera("a"), Camera("b")]);

        Assert.Equal([Camera("c")], plan.Added);
        Assert.Equal([Camera("a")], plan.Removed);
        Assert.Equal(0, plan.Seats[1].Requested);
    }

    [Fact]
    public void A_device_whose_model_is_told_differently_is_the_same_device()
    {
        var terms = Terms(cameras: 5);
        var standing = PlanFor(terms, Machine()).Carry(Lifetime, Now);

        var plan = PlanFor(terms, Machine(1, null, Camera("a") with { Model = "new" }), standing, [Camera("a")]);

        Assert.Empty(plan.Added);
        Assert.Empty(plan.Removed);
    }

    [Theory]
    [InlineData(3, 0, GenerationNotice.Behind, 4)]
    [InlineData(3, 2, GenerationNotice.Behind, 4)]
    [InlineData(3, 3, GenerationNotice.None, 4)]
    [InlineData(3, 7, GenerationNotice.Ahead, 8)]
    public void Generations_never_go_back_whatever_the_machine_says(int record, int told, GenerationNotice notice, int next)
    {
        var standing = PlanFor(Terms(), Machine(generation: record - 1)).Carry(Lifetime, Now);

        var plan = PlanFor(Terms(), Machine(generation: told), standing);

        Assert.Equal(notice, plan.Notice);
        Assert.Equal(next, plan.NextGeneration);
        Assert.Equal(next, plan.Carry(Lifetime, Now).Generation);
    }

    [Fact]
    public void A_generation_that_leaves_none_after_it_is_refused()
    {
        var refusal = Assert.Throws<EntitlementException>(() => PlanFor(Terms(), Machine(generation: int.MaxValue)));

        Assert.Equal("license_request.gen", refusal.Metadata["field"]);
    }

    [Fact]
    public void A_request_for_more_than_is_left_is_refused_whole_with_the_numbers_of_each_line()
    {
        var terms = Terms(cameras: 1) with { MachineLimit = 1 };
        var plan = PlanFor(terms, Machine(devices: [Camera("a"), Camera("b")]), machinesHeld: 1);

        var refusal = Assert.Throws<EntitlementException>(() => plan.RequireAllowed(Now, byPrincipal: false));

        Assert.Equal(FailureReason.SeatsExhausted, refusal.Reason);
        Assert.Equal([new("machines", 1, 1, 1), new SeatLine("features/camera", 1, 0, 2)], refusal.Shortages);
        Assert.Equal("1", refusal.Metadata["machines.held"]);
        Assert.Equal("2", refusal.Metadata["features/camera.requested"]);
    }

    [Fact]
    public void A_device_of_a_feature_that_is_not_counted_by_device_is_refused()
    {
        var terms = Terms() with { Features = [new("export", FeatureCount.License, 1)] };
        var plan = PlanFor(terms, Machine(devices: [new Device("export", "a", null)]));

        var refusal = Assert.Throws<EntitlementException>(() => plan.RequireAllowed(Now, byPrincipal: false));

        Assert.Equal(FailureReason.FeatureNotLicensed, refusal.Reason);
        Assert.Equal("export", refusal.Metadata["feature"]);
    }

    [Theory]
    [InlineData(ActivationMode.SelfService, false, null)]
    [InlineData(ActivationMode.SelfService, true, null)]
    [InlineData(ActivationMode.PortalOnly, false, FailureReason.ActivationByPortalOnly)]
    [InlineData(ActivationMode.PortalOnly, true, null)]
    [InlineData(ActivationMode.Approval, false, FailureReason.ActivationNeedsApproval)]
    [InlineData(ActivationMode.Approval, true, null)]
    public void The_activation_mode_says_who_may_take_a_seat(ActivationMode mode, bool byPrincipal, FailureReason? expected)
    {
        var plan = PlanFor(Terms() with { ActivationMode = mode }, Machine());

        Assert.Equal(expected, ReasonOf(plan, byPrincipal));
    }

    [Fact]
    public void A_machine_that_takes_no_further_seat_gets_its_next_file_in_every_mode()
    {
        var terms = Terms() with { ActivationMode = ActivationMode.PortalOnly };
        var standing = PlanFor(terms, Machine()).Carry(Lifetime, Now);

        Assert.Null(ReasonOf(PlanFor(terms, Machine(generation: 1), standing), byPrincipal: false));
    }

    [Fact]
    public void A_device_in_the_place_of_another_takes_a_seat_too_so_the_mode_holds_for_it()
    {
        var terms = Terms(cameras: 5) with { ActivationMode = ActivationMode.PortalOnly };
        var standing = PlanFor(terms, Machine()).Carry(Lifetime, Now);

        var plan = PlanFor(terms, Machine(1, null, Camera("b")), standing, [Camera("a")]);

        Assert.Equal(FailureReason.ActivationByPortalOnly, ReasonOf(plan, byPrincipal: false));
        Assert.Null(ReasonOf(plan, byPrincipal: true));
    }

    [Fact]
    public void A_machine_that_only_gives_devices_back_needs_nobody_for_it()
    {
        var terms = Terms(cameras: 5) with { ActivationMode = ActivationMode.PortalOnly };
        var standing = PlanFor(terms, Machine()).Carry(Lifetime, Now);

        Assert.Null(ReasonOf(PlanFor(terms, Machine(generation: 1), standing, [Camera("a")]), byPrincipal: false));
    }

    [Fact]
    public void What_needs_an_approval_may_be_short_of_seats_meanwhile_and_nothing_else()
    {
        var terms = Terms(cameras: 5) with { ActivationMode = ActivationMode.Approval };
        var standing = PlanFor(terms, Machine()).Carry(Lifetime, Now);
        var full = PlanFor(terms, Machine(), machinesHeld: terms.MachineLimit);
        var over = PlanFor(terms with { CareEndTime = Now.AddYears(-1) }, Machine(buildDate: new(2026, 5, 1)));

        full.RequireApprovable(Now);
        var refusal = Assert.Throws<EntitlementException>(() => over.RequireApprovable(Now));

        Assert.True(full.NeedsApproval);
        Assert.False(PlanFor(terms, Machine(generation: 1), standing).NeedsApproval);
        Assert.Equal(FailureReason.BuildNotCovered, refusal.Reason);
    }

    /// <summary>From the gravest down: a request with every fault at once is told the first of these, and so on.</summary>
    [Theory]
    [InlineData(0, FailureReason.LicenseRevoked)]
    [InlineData(1, FailureReason.LicenseSuspended)]
    [InlineData(2, FailureReason.LicenseExpired)]
    [InlineData(3, FailureReason.ActivationByPortalOnly)]
    [InlineData(4, FailureReason.BuildNotCovered)]
    [InlineData(5, FailureReason.FeatureNotLicensed)]
    [InlineData(6, FailureReason.SeatsExhausted)]
    [InlineData(7, null)]
    public void Refusals_come_in_a_fixed_order(int mended, FailureReason? expected)
    {
        var end = Now.AddDays(1);
        var terms = Terms(cameras: mended > 5 ? 1 : 0) with
        {
            EndTime = end,
            CareEndTime = mended > 4 ? null : Now.AddYears(-1),
            ActivationMode = mended > 3 ? ActivationMode.SelfService : ActivationMode.PortalOnly,
        };
        Device[] devices = mended > 5 ? [Camera("a")] : [Camera("a"), new Device("unknown", "b", null)];
        var (license, features) = NewLicense(terms);
        _ = mended <= 1 && license.Suspend(Now);
        _ = mended <= 0 && license.Revoke(Now);
        var held = mended > 6 ? 0 : 1;
        var plan = PlanFor(license, features, Machine(buildDate: new(2026, 5, 1), devices: devices), machinesHeld: held);

        var refusal = Record.Exception(() => plan.RequireAllowed(mended > 2 ? Now : end, byPrincipal: false));

        Assert.Equal(expected, (refusal as EntitlementException)?.Reason);
    }

    private static FailureReason? ReasonOf(ActivationPlan plan, bool byPrincipal) =>
        (Record.Exception(() => plan.RequireAllowed(Now, byPrincipal)) as EntitlementException)?.Reason;

    private static Device Camera(string id) => new("camera", id, null);

    private static LicenseTerms Terms(int cameras = 0) => new()
    {
        Features = cameras == 0 ? [] : [new("camera", FeatureCount.Device, cameras), new("export", FeatureCount.License, 1)],
    };

    private static ActivationPlan PlanFor(
        LicenseTerms terms, MachineFacts machine, Activation? standing = null, Device[]? devices = null, int machinesHeld = 0)
    {
        var (license, features) = NewLicense(terms);
        return PlanFor(license, features, machine, standing, devices, machinesHeld);
    }

    private static ActivationPlan PlanFor(
        License license,
        IReadOnlyList<FeatureLine> features,
        MachineFacts machine,
        Activation? standing = null,
        Device[]? devices = null,
        int machinesHeld = 0)
    {
        // Only the database moves this counter, so the test stands in for it.
        typeof(License).GetProperty(nameof(License.MachinesHeld))!.SetValue(license, machinesHeld);
        return ActivationPlan.Make(license, features, standing, devices ?? [], machine);
    }
}
