using Entitlement.Domain.Activations;
using Entitlement.Domain.Licenses;
using static Entitlement.Domain.Tests.Samples;

namespace Entitlement.Domain.Tests.Activations;

public class CloneSignTests
{
    /// <summary>
    /// What one installation tells, and what two tell in turn: each number is a request with that generation.
    /// </summary>
    [Theory]
    [InlineData(new[] { 0, 1, 2, 3 }, null)]
    [InlineData(new[] { 0, 1, 1, 3 }, null)]
    [InlineData(new[] { 0, 1, 0, 3 }, null)]
    [InlineData(new[] { 0, 1, 1, 1 }, CloneSign.BehindTwice)]
    [InlineData(new[] { 0, 1, 1, 2 }, CloneSign.BehindTwice)]
    [InlineData(new[] { 0, 1, 2, 1 }, CloneSign.GenerationWentBack)]
    [InlineData(new[] { 0, 1, 9, 8 }, CloneSign.GenerationWentBack)]
    public void Generations_tell_of_a_second_installation(int[] told, CloneSign? expected)
    {
        var activation = default(Activation);
        var signs = new List<CloneSign?>();
        foreach (var generation in told)
        {
            var plan = Plan(activation, generation);
            signs.Add(plan.Sign);
            activation = plan.Carry(TimeSpan.FromDays(30), Now);
        }

        Assert.All(signs[..^1], Assert.Null);
        Assert.Equal(expected, signs[^1]);
        Assert.Equal(expected is null ? null : Now, activation!.CloneSuspectedTime);
    }

    [Fact]
    public void A_machine_that_takes_a_seat_again_begins_anew()
    {
        var activation = Plan(Plan(null, 0).Carry(TimeSpan.FromDays(30), Now), 1).Carry(TimeSpan.FromDays(30), Now);
        activation.Hear(2);
        activation.Finish([], ActivationEnd.Returned, Now);

        var heard = activation.Hear(1);
        var plan = Plan(activation, 1, isOtherMachine: true);

        Assert.Null(heard);
        Assert.Null(plan.Sign);
        Assert.Null(plan.Carry(TimeSpan.FromDays(30), Now).Hear(1));
    }

    [Fact]
    public void A_suspicion_is_noted_once_a_day()
    {
        var activation = Plan(null, 0).Carry(TimeSpan.FromDays(30), Now);

        bool[] noted =
        [
            activation.Suspect(Now), activation.Suspect(Now.AddDays(1).AddMilliseconds(-1)), activation.Suspect(Now.AddDays(1)),
        ];

        Assert.Equal([true, false, true], noted);
        Assert.Equal(Now.AddDays(1), activation.CloneSuspectedTime);
    }

    [Fact]
    public void What_a_machine_told_beside_its_requests_is_gone_on_from()
    {
        var activation = Plan(null, 0).Carry(TimeSpan.FromDays(30), Now);
        activation.Hear(7);

        Assert.Equal(8, Plan(activation, 7).NextGeneration);
        Assert.Equal(8, Plan(activation, 0).NextGeneration);
    }

    private static ActivationPlan Plan(Activation? recorded, int generation, bool isOtherMachine = false)
    {
        var (license, lines) = NewLicense(new LicenseTerms { MachineLimit = 2 });
        return ActivationPlan.Make(license, lines, recorded, [], Machine(generation), isOtherMachine);
    }
}
