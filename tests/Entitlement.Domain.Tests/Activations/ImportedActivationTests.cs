using Entitlement.Domain.Activations;
using Entitlement.Domain.Errors;
using Entitlement.Domain.Licenses;
using static Entitlement.Domain.Tests.Samples;

namespace Entitlement.Domain.Tests.Activations;

public class ImportedActivationTests
{
    private static readonly TimeSpan Lifetime = TimeSpan.FromDays(30);

    private static readonly byte[] Key = [.. Enumerable.Repeat((byte)7, 32)];

    [Fact]
    public void The_first_file_of_an_awaited_machine_makes_it_that_machines_and_moves_no_seat()
    {
        var (license, features) = NewLicense();
        var awaited = Activation.Import(license.Name, new ImportedActivation { MachineName = "press-7" }, Now);
        var before = (awaited.AwaitsMachine, awaited.Generation, awaited.SeatGeneration);

        var plan = ActivationPlan.Make(license, features, awaited, [], Machine() with { Thumbprint = Key });
        plan.Carry(Lifetime, Now);

        Assert.Equal((true, 0, 0), before);
        Assert.True(plan.TakesOver);
        Assert.All(plan.Seats, line => Assert.Equal(0, line.Requested));
        Assert.Equal((false, 1, 1), (awaited.AwaitsMachine, awaited.Generation, awaited.SeatGeneration));
        Assert.Equal(Key, awaited.Thumbprint);
    }

    [Theory]
    [InlineData(0, 8)]
    [InlineData(7, 8)]
    [InlineData(9, 10)]
    public void A_machine_with_a_key_goes_on_above_what_is_known_of_its_files(int told, int next)
    {
        var (license, features) = NewLicense();
        var moved = Activation.Import(
            license.Name, new ImportedActivation { Thumbprint = Key, Generation = 7, SeatGeneration = 3 }, Now);

        var plan = ActivationPlan.Make(license, features, moved, [], Machine(told) with { Thumbprint = Key });
        plan.Carry(Lifetime, Now);

        Assert.False(plan.TakesOver);
        Assert.Equal((next, 3), (moved.Generation, moved.SeatGeneration));
    }

    [Fact]
    public void Two_awaited_machines_of_a_license_never_meet_in_a_key()
    {
        var license = NewLicense().License;
        var machine = new ImportedActivation { MachineName = "press-7" };

        Assert.NotEqual(
            Activation.Import(license.Name, machine, Now).Thumbprint, Activation.Import(license.Name, machine, Now).Thumbprint);
    }

    [Fact]
    public void An_awaited_machine_that_was_released_awaits_nothing_any_more()
    {
        var license = NewLicense().License;
        var awaited = Activation.Import(license.Name, new ImportedActivation { MachineName = "press-7" }, Now);

        var seats = awaited.Finish([], ActivationEnd.Released, Now);

        Assert.False(awaited.AwaitsMachine);
        Assert.Equal([new SeatLine("machines", 0, 1, -1)], seats);
    }

    [Theory]
    [InlineData(7, 1)]
    [InlineData(-1, 1)]
    [InlineData(0, 0)]
    public void Generations_that_can_not_be_are_refused(int seatGeneration, int generation)
    {
        var machine = new ImportedActivation
        {
            Thumbprint = Key,
            Generation = generation,
            SeatGeneration = seatGeneration,
        };

        var refusal = Assert.Throws<EntitlementException>(() => Activation.Import(NewLicense().License.Name, machine, Now));

        Assert.Equal(FailureReason.InvalidArgument, refusal.Reason);
    }

    [Fact]
    public void A_license_keeps_the_end_and_the_code_that_it_had()
    {
        var slc = Slc.Random();
        var terms = new LicenseTerms { EndTime = Now.AddYears(-1) };

        var (license, _) = License.Import(Account, Product, terms, new ImportedLicense { Slc = slc }, Now);

        Assert.Equal((slc, LicenseState.Expired), (license.Slc, license.StateAt(Now)));
    }
}
