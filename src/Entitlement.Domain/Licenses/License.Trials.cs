namespace Entitlement.Domain.Licenses;

/// <content>The half that lets machines try a product.</content>
public sealed partial class License
{
    public const int MaxTrialDays = 365;

    /// <summary>For how many days a machine may try it; 0 for a license that was bought.</summary>
    public int TrialDays { get; private init; }

    /// <summary>Whether each machine may use it for a time only, once and for ever.</summary>
    public bool IsTrial => TrialDays > 0;

    /// <summary>Null for a license that was bought.</summary>
    public TimeSpan? TrialDuration => IsTrial ? TimeSpan.FromDays(TrialDays) : null;

    /// <summary>When a machine's use of it ends at the latest; null for never.</summary>
    /// <param name="trialEnd">When the machine's trial ends; null on a license that was bought.</param>
    public DateTimeOffset? EndWith(DateTimeOffset? trialEnd) =>
        trialEnd is null || EndTime < trialEnd ? EndTime : trialEnd;

    private static int ReadTrialDays(LicenseTerms terms)
    {
        if (terms.TrialDuration is not { } duration)
        {
            return 0;
        }

        Require(
            duration >= TimeSpan.FromDays(1)
                && duration <= TimeSpan.FromDays(MaxTrialDays)
                && duration.Ticks % TimeSpan.TicksPerDay == 0,
            "license.trial_duration",
            $"must be 1 to {MaxTrialDays} whole days of 86400 seconds, or unset for a license that is bought");
        return duration.Days;
    }
}
