using Entitlement.Domain.Names;
using Entitlement.Domain.Trials;

namespace Entitlement.Domain.Errors;

/// <content>Refusals of machines that want to try.</content>
public static partial class Refusal
{
    /// <param name="license">The license that is asked for; the trial may have begun on another one.</param>
    /// <param name="trial">The machine's trial.</param>
    public static EntitlementException TrialEnded(LicenseName license, Trial trial) =>
        new(FailureReason.TrialEnded,
            $"The trial of this machine began on {Text(trial.StartTime)} and ended on {Text(trial.EndTime)}, and there is "
            + $"no second one. Buy a license and activate with its code, or ask for an extension of {trial.Name}.",
            ("license", $"{license}"), ("trial", $"{trial.Name}"),
            ("start_time", Text(trial.StartTime)), ("trial_end_time", Text(trial.EndTime)));

    public static EntitlementException TrialMachineUnknown(LicenseName license)
    {
        var kinds = string.Join(' ', TrialMarks.HardwareKinds);
        return new EntitlementException(
            FailureReason.TrialMachineUnknown,
            $"This machine shows none of {kinds}, by which its trial would be known again. Make the request with the "
            + "right to read its hardware, or buy a license.",
            [("license", $"{license}"), ("kinds", kinds)]);
    }
}
