using Entitlement.Domain.Activations;
using Entitlement.Domain.Errors;
using Entitlement.Domain.Licenses;
using static Entitlement.Domain.Tests.Samples;

namespace Entitlement.Domain.Tests.Activations;

public class ActivationEndTests
{
    private static readonly TimeSpan Lifetime = TimeSpan.FromDays(30);
    private static readonly Device[] Devices = [new("camera", "a", null), new("camera", "b", null), new("tool", "t", null)];

    [Fact]
    public void Gives_back_the_machine_seat_and_one_for_each_device()
    {
        var activation = Activate();

        var seats = activation.Finish(Devices, ActivationEnd.Returned, Now);

        Assert.Equal([("machines", -1), ("features/camera", -2), ("features/tool", -1)], seats.Select(line => (line.Line, line.Requested)));
        Assert.All(seats, line => Assert.False(line.IsShort));
        Assert.Equal((Now, ActivationEnd.Returned, 0), (activation.EndTime, activation.End, activation.DeviceCount));
    }

    [Fact]
    public void Ends_once_and_tells_the_first_end()
    {
        var activation = Activate();
        activation.Finish(Devices, ActivationEnd.Released, Now);

        var refusal = Assert.Throws<EntitlementException>(() => activation.Finish([], ActivationEnd.Returned, Now.AddDays(1)));

        Assert.Equal(FailureReason.ActivationEnded, refusal.Reason);
        Assert.Equal(("RELEASED", "2026-05-01T12:00:00Z"), (refusal.Metadata["end"], refusal.Metadata["end_time"]));
    }

    [Fact]
    public void Stands_again_with_the_next_generation_when_its_machine_takes_a_seat_again()
    {
        var (license, features) = NewLicense();
        var activation = Activate(license, features);
        activation.Finish([], ActivationEnd.Returned, Now);
        var plan = ActivationPlan.Make(license, features, activation, [], Machine(generation: 1));

        var again = plan.Carry(Lifetime, Now.AddDays(1));

        Assert.Equal((false, true, 1), (plan.IsNew, plan.TakesSeat, plan.Seats[0].Requested));
        Assert.Equal((2, 2, null), (again.Generation, again.SeatGeneration, again.End));
    }

    [Fact]
    public void The_generation_of_its_seat_stays_while_it_stands()
    {
        var (license, features) = NewLicense();
        var activation = Activate(license, features);

        var next = ActivationPlan.Make(license, features, activation, [], Machine(generation: 1)).Carry(Lifetime, Now);

        Assert.Equal((2, 1), (next.Generation, next.SeatGeneration));
    }

    [Fact]
    public void Every_change_raises_the_revision()
    {
        var (license, features) = NewLicense();
        var activation = Activate(license, features);
        var first = activation.Revision;
        activation.Finish([], ActivationEnd.Returned, Now);
        var second = activation.Revision;
        ActivationPlan.Make(license, features, activation, [], Machine(generation: 1)).Carry(Lifetime, Now);

        Assert.Equal([1, 2, 3], [first, second, activation.Revision]);
    }

    [Theory]
    [InlineData(5, true)]
    [InlineData(6, false)]
    public void A_license_lets_as_many_be_released_as_it_says(int used, bool isAllowed)
    {
        var (license, _) = NewLicense();

        var refusal = Record.Exception(() => license.RequireReleasable(used));

        Assert.Equal(isAllowed, refusal is null);
    }

    [Fact]
    public void Refreshing_needs_an_activation_that_stands_and_before_it_a_license_in_force()
    {
        var (license, features) = NewLicense();
        var never = ActivationPlan.Make(license, features, recorded: null, [], Machine());
        var activation = Activate(license, features);
        activation.Finish([], ActivationEnd.Released, Now);
        var ended = ActivationPlan.Make(license, features, activation, [], Machine(generation: 1));

        Assert.Equal(FailureReason.NotActivated, Refused(never));
        Assert.Equal(FailureReason.ActivationEnded, Refused(ended));
        license.Revoke(Now);
        Assert.Equal(FailureReason.LicenseRevoked, Refused(ended));
    }

    private static FailureReason Refused(ActivationPlan plan) =>
        Assert.Throws<EntitlementException>(() => plan.RequireStanding(Now)).Reason;

    private static Activation Activate()
    {
        var (license, features) = NewLicense();
        return Activate(license, features);
    }

    private static Activation Activate(License license, IReadOnlyList<FeatureLine> features) =>
        ActivationPlan.Make(license, features, recorded: null, [], Machine()).Carry(Lifetime, Now);
}
