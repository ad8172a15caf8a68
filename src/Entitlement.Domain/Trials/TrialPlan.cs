using Entitlement.Domain.Activations;
using Entitlement.Domain.Errors;
using Entitlement.Domain.Licenses;

namespace Entitlement.Domain.Trials;

/// <summary>A mark that leads to a trial.</summary>
public sealed record KnownMark(MachineMark Mark, Trial Trial);

/// <summary>What a license file of a trial license writes of the trial.</summary>
/// <param name="Trial">As it will stand.</param>
/// <param name="RevisionRead">Its revision as it was read; 0 for a new one.</param>
/// <param name="NewMarks">What leads to it from now on.</param>
public sealed record TrialChange(Trial Trial, int RevisionRead, IReadOnlyList<TrialMark> NewMarks)
{
    public bool IsNew => RevisionRead == 0;

    /// <summary>Whether the trial itself is written, and not only what leads to it.</summary>
    public bool IsChanged => Trial.Revision != RevisionRead;
}

/// <summary>What a license request does to its machine's trial: it begins one, or goes on with the one there is.</summary>
public sealed class TrialPlan
{
    private readonly IReadOnlyList<MachineMark> _unknown;
    private readonly bool _isKnowable;

    private TrialPlan(Trial? trial, IReadOnlyList<MachineMark> unknown, bool isKnowable) =>
        (Trial, _unknown, _isKnowable) = (trial, unknown, isKnowable);

    /// <summary>The trial that the machine has; null when it has none yet.</summary>
    public Trial? Trial { get; }

    /// <summary>What <see cref="Carry"/> made; null before.</summary>
    public TrialChange? Carried { get; private set; }

    /// <param name="machine">All marks of the machine.</param>
    /// <param name="known">Those of them that lead to a trial of the product.</param>
    public static TrialPlan Make(IReadOnlyCollection<MachineMark> machine, IReadOnlyCollection<KnownMark> known) => new(
        TrialOf(machine, known),
        [.. machine.Except(known.Select(entry => entry.Mark))],
        machine.Any(mark => mark.IsHardware));

    /// <summary>Of an activation whose request is not at hand.</summary>
    public static TrialPlan Of(Trial? trial) => new(trial, [], isKnowable: false);

    /// <summary>
    /// The trial of a machine. Its firmest mark counts; the weak ones, which machines may have in common, only where
    /// the machine shows no firm one or none is known of the trial's. So a machine whose product may read its hardware
    /// one day and not the next stays the same, and two that came from one image stay two.
    /// </summary>
    /// <returns>Null when it has none.</returns>
    public static Trial? TrialOf(IReadOnlyCollection<MachineMark> machine, IEnumerable<KnownMark> known)
    {
        var showsFirm = machine.Any(mark => mark.IsFirm);
        return known
            .Where(entry => !entry.Mark.IsHardware || entry.Mark.IsFirm || !showsFirm || !entry.Trial.IsFirm)
            .OrderBy(entry => entry.Mark.Kind)
            .ThenBy(entry => entry.Trial.Id)
            .FirstOrDefault()
            ?.Trial;
    }

    /// <param name="license">The trial license that is asked for.</param>
    /// <param name="now">The moment of the decision.</param>
    /// <exception cref="EntitlementException">
    /// <see cref="FailureReason.TrialEnded"/>, or <see cref="FailureReason.TrialMachineUnknown"/>: a machine that could
    /// never be known again would try for ever by installing anew.
    /// </exception>
    public void RequireRunning(License license, DateTimeOffset now)
    {
        if (Trial is { } trial)
        {
            trial.RequireRunning(license, now);
        }
        else if (!_isKnowable)
        {
            throw Refusal.TrialMachineUnknown(license.Name);
        }
    }

    /// <summary>When the trial ends, or would end if it began now.</summary>
    public DateTimeOffset EndAt(License license, DateTimeOffset now) =>
        Trial?.EndTime ?? now.AddDays(license.TrialDays);

    internal Trial Carry(License license, MachineFacts machine, DateTimeOffset now)
    {
        var revision = Trial?.Revision ?? 0;
        var trial = Trial ?? Trial.Begin(license, machine, now);
        Carried = new TrialChange(trial, revision, _unknown.Count == 0 ? [] : trial.Learn(_unknown));
        return trial;
    }
}
