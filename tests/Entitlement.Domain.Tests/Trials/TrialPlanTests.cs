using Entitlement.Domain.Activations;
using Entitlement.Domain.Errors;
using Entitlement.Domain.Licenses;
using Entitlement.Domain.Trials;
using static Entitlement.Domain.Tests.Samples;

namespace Entitlement.Domain.Tests.Trials;

public class TrialPlanTests
{
    private static readonly MachineMark Key = new(TrialMarkKind.InstanceKey, "key-1");
    private static readonly MachineMark Board = new(TrialMarkKind.Board, "board-1");
    private static readonly MachineMark Disk = new(TrialMarkKind.Disk, "disk-1");
    private static readonly MachineMark Os = new(TrialMarkKind.Os, "os-1");

    [Fact]
    public void Of_two_trials_that_a_machine_leads_to_the_firmest_mark_decides()
    {
        var (ofBoard, ofDisk) = (Begin(Board), Begin(Disk, Key));

        Assert.Same(ofBoard, TrialPlan.TrialOf([Board, Disk], [new(Disk, ofDisk), new(Board, ofBoard)]));
        Assert.Same(ofDisk, TrialPlan.TrialOf([Key, Board], [new(Board, ofBoard), new(Key, ofDisk)]));
    }

    [Fact]
    public void A_weak_mark_counts_only_where_machine_or_trial_has_no_firm_one()
    {
        var (firm, weak) = (Begin(Board, Os), Begin(Os));

        Assert.Same(firm, TrialPlan.TrialOf([Os], [new(Os, firm)]));
        Assert.Same(weak, TrialPlan.TrialOf([Os, Board], [new(Os, weak)]));
        Assert.Null(TrialPlan.TrialOf([Os, Disk], [new(Os, firm)]));
    }

    [Theory]
    [InlineData(-1, null)]
    [InlineData(0, FailureReason.TrialEnded)]
    public void Runs_up_to_but_not_at_its_end(int secondsFromEnd, FailureReason? expected)
    {
        var (license, trial) = (TrialLicense(), Begin(Board));
        var plan = TrialPlan.Make([Board], [new(Board, trial)]);

        var refusal = Record.Exception(() => plan.RequireRunning(license, trial.EndTime.AddSeconds(secondsFromEnd)));

        Assert.Equal(expected, (refusal as EntitlementException)?.Reason);
    }

    [Fact]
    public void Keeps_so_many_marks_of_hardware_and_every_key()
    {
        var trial = Begin([.. Enumerable.Range(0, 100).Select(i => new MachineMark(TrialMarkKind.Disk, $"{i:D3}"))]);
        var more = Enumerable.Range(100, 100).Select(i => new MachineMark(TrialMarkKind.Disk, $"{i:D3}"));

        var learnt = Carry(TrialPlan.Make([Key, .. more], [new(new(TrialMarkKind.Disk, "000"), trial)]));

        Assert.Equal(1 + 28, learnt.NewMarks.Count);
        Assert.Contains(learnt.NewMarks, mark => mark.Mark == Key);
        Assert.Equal(Trial.MaxHardwareMarks, trial.HardwareMarks);
        var next = Carry(TrialPlan.Make([.. more], [new(new(TrialMarkKind.Disk, "100"), trial)]));
        Assert.False(next.IsChanged);
        Assert.Empty(next.NewMarks);
    }

    /// <summary>
    /// Machines that are installed anew, that show all of their hardware or only what everybody may read, and that lose
    /// one part at a time, in any order: each has one trial, and two never have the same.
    /// </summary>
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    public void No_machine_ever_gets_a_second_trial_whatever_becomes_of_it(int seed)
    {
        var random = new Random(seed);
        var directory = new Dictionary<MachineMark, Trial>();
        var trials = new Dictionary<int, Trial>();
        var parts = Enumerable.Range(0, 8).Select(_ => new Dictionary<TrialMarkKind, int>()).ToList();
        var serial = 0;
        for (var step = 0; step < 500; step++)
        {
            var machine = random.Next(parts.Count);
            TrialMarkKind[] kinds = random.Next(3) == 0
                ? [TrialMarkKind.Os, TrialMarkKind.Mac]
                : [TrialMarkKind.Board, TrialMarkKind.Disk, TrialMarkKind.Os, TrialMarkKind.Mac];
            var replaced = kinds[random.Next(kinds.Length)];
            foreach (var kind in kinds.Where(kind => kind == replaced || !parts[machine].ContainsKey(kind)))
            {
                parts[machine][kind] = ++serial;
            }

            MachineMark[] marks =
            [
                new(TrialMarkKind.InstanceKey, $"{++serial}"),
                .. kinds.Select(kind => new MachineMark(kind, $"{parts[machine][kind]}")),
            ];
            var known = marks.Where(directory.ContainsKey)
                .Select(mark => new KnownMark(mark, directory[mark]))
                .ToList();
            var change = Carry(TrialPlan.Make(marks, known));
            foreach (var mark in change.NewMarks)
            {
                directory.Add(mark.Mark, change.Trial);
            }

            Assert.Same(trials.GetValueOrDefault(machine, change.Trial), change.Trial);
            trials[machine] = change.Trial;
        }

        Assert.Equal(trials.Count, trials.Values.Distinct().Count());
    }

    private static License TrialLicense() =>
        NewLicense(new LicenseTerms { TrialDuration = TimeSpan.FromDays(10) }).License;

    private static Trial Begin(params MachineMark[] marks) => Carry(TrialPlan.Make(marks, [])).Trial;

    private static TrialChange Carry(TrialPlan trial)
    {
        var (license, features) = NewLicense(new LicenseTerms { TrialDuration = TimeSpan.FromDays(10) });
        var plan = ActivationPlan.Make(license, features, recorded: null, [], Machine(), trial: trial);
        plan.Carry(TimeSpan.FromDays(30), Now);
        return plan.CarriedTrial!;
    }
}
