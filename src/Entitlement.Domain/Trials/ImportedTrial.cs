using Entitlement.Domain.Errors;
using Entitlement.Domain.Licenses;

namespace Entitlement.Domain.Trials;

/// <summary>What another system, or an export of this one, tells of a trial.</summary>
public sealed record ImportedTrial
{
    /// <summary>Null where another kind of system named it.</summary>
    public Guid? Id { get; init; }

    public string MachineName { get; init; } = "";

    public DateTimeOffset StartTime { get; init; }

    public DateTimeOffset EndTime { get; init; }

    public int Extensions { get; init; }

    /// <summary>What its machine is known by.</summary>
    public IReadOnlyList<MachineMark> Marks { get; init; } = [];

    internal void RequireConsistent(License license, DateTimeOffset now)
    {
        if (!license.IsTrial)
        {
            throw Refusal.InvalidArgument("trial.license", "must be a trial license: one with a trial_duration");
        }

        if (StartTime < DateTimeOffset.UnixEpoch || StartTime > now)
        {
            throw Refusal.InvalidArgument("trial.start_time", "must be from 1970 on and not in the future");
        }

        if (EndTime <= StartTime)
        {
            throw Refusal.InvalidArgument("trial.end_time", "must be after start_time");
        }

        if (Extensions < 0)
        {
            throw Refusal.InvalidArgument("trial.extensions", "must be 0 or more");
        }

        if (Marks.Count == 0 || Marks.Count(mark => mark.IsHardware) > Trial.MaxHardwareMarks)
        {
            throw Refusal.InvalidArgument(
                "trial.components",
                $"or instance_thumbprints must name one at least, and at most {Trial.MaxHardwareMarks} hashes");
        }
    }
}
