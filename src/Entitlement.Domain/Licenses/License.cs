using Entitlement.Domain.Errors;
using Entitlement.Domain.Names;

namespace Entitlement.Domain.Licenses;

/// <summary>What a new license should grant; checked when the license is made.</summary>
public sealed record LicenseTerms
{
    public string Edition { get; init; } = "";

    public ActivationMode ActivationMode { get; init; } = ActivationMode.SelfService;

    public int MachineLimit { get; init; } = 1;

    public int MachineMatch { get; init; } = License.DefaultMachineMatch;

    public int MachineOverage { get; init; }

    public int ReleaseLimit { get; init; } = License.DefaultReleaseLimit;

    /// <summary>Null for a perpetual license.</summary>
    public DateTimeOffset? EndTime { get; init; }

    /// <summary>Null where care has no end.</summary>
    public DateTimeOffset? CareEndTime { get; init; }

    public bool PerpetualOffline { get; init; }

    public string ExternalRef { get; init; } = "";

    /// <summary>For a trial license how long a machine may try it, whole days; null for one that is bought.</summary>
    public TimeSpan? TrialDuration { get; init; }

    /// <summary>What may be chosen beside <see cref="Edition"/>; only of a new license.</summary>
    public IReadOnlyList<string> Editions { get; init; } = [];

    /// <summary>Whether it grants nothing before somebody has chosen; only of a new license.</summary>
    public bool AwaitsConfiguration { get; init; }

    public IReadOnlyList<FeatureTerms> Features { get; init; } = [];
}

/// <summary>A right of an account to use a product, in force until it is suspended, revoked or over.</summary>
public sealed partial class License
{
    public const int MaxMachineLimit = 1_000_000;
    public const int MaxMachineOverage = 1_000_000;
    public const int MaxMachineMatch = 7;
    public const int DefaultMachineMatch = 2;
    public const int MaxReleaseLimit = 1_000_000;
    public const int DefaultReleaseLimit = 5;
    public const int MaxFeatures = 1_000;

    /// <summary>Within what time releases are counted.</summary>
    public static readonly TimeSpan ReleasePeriod = TimeSpan.FromDays(365);

    private License()
    {
    }

    public Guid AccountId { get; private init; }

    public Guid Id { get; private init; }

    public Guid ProductId { get; private init; }

    public Slc Slc { get; private init; }

    public string Edition { get; private set; } = "";

    public ActivationMode ActivationMode { get; private set; }

    public int MachineLimit { get; private set; }

    /// <summary>How many machines hold a seat. Changed only by the conditional update that takes and returns seats.</summary>
    public int MachinesHeld { get; private init; }

    /// <summary>
    /// How many machines may hold a seat above <see cref="MachineLimit"/>: not sold, and not refused either.
    /// </summary>
    public int MachineOverage { get; private set; }

    /// <summary>How many kinds of component must match offline.</summary>
    public int MachineMatch { get; private set; }

    /// <summary>How many activations may be released by hand within <see cref="ReleasePeriod"/>.</summary>
    public int ReleaseLimit { get; private set; }

    /// <summary>When the license ends; null for a perpetual one.</summary>
    public DateTimeOffset? EndTime { get; private set; }

    /// <summary>When care ends; null where it has no end. It never stops a running installation.</summary>
    public DateTimeOffset? CareEndTime { get; private set; }

    public bool PerpetualOffline { get; private set; }

    /// <summary>What another system calls it; null when it has no such name.</summary>
    public string? ExternalRef { get; private init; }

    /// <summary>Null unless the license is suspended.</summary>
    public DateTimeOffset? SuspendTime { get; private set; }

    /// <summary>Null unless the license is revoked.</summary>
    public DateTimeOffset? RevokeTime { get; private set; }

    /// <summary>
    /// Whether machines of another system may hold seats of it that have not come yet; only then are those looked for.
    /// Never taken back.
    /// </summary>
    public bool ExpectsMachines { get; private set; }

    /// <summary>
    /// Raised by every change of what the license grants, never by taking a seat: whoever takes a seat names the terms
    /// that it read, so a license changed meanwhile is noticed and takers do not stand in each other's way.
    /// </summary>
    public int Terms { get; private set; }

    public DateTimeOffset CreateTime { get; private init; }

    public LicenseName Name => new(AccountId, Id);

    /// <summary>Makes a license with a new SLC, and its feature lines.</summary>
    public static (License License, IReadOnlyList<FeatureLine> Features) Create(
        AccountName account, ProductName product, LicenseTerms terms, DateTimeOffset now)
    {
        Require(terms.Features.Count <= MaxFeatures, "license.features", $"must be at most {MaxFeatures} lines");

        var license = new License
        {
            AccountId = account.AccountId,
            Id = Guid.CreateVersion7(now),
            ProductId = product.ProductId,
            Slc = Slc.Random(),
            ExternalRef = Text.ExternalRef(terms.ExternalRef, "license.external_ref"),
            TrialDays = ReadTrialDays(terms),
            Editions = RequireEditions(terms.Editions),
            AwaitsConfiguration = terms.AwaitsConfiguration,
            CreateTime = now,
        };
        license.Take(terms, now);
        return (license, CreateFeatures(license.Name, terms.Features));
    }

    /// <summary>What it grants now, to vary from. Features are not part of it.</summary>
    public LicenseTerms ToTerms() => new()
    {
        Edition = Edition,
        ActivationMode = ActivationMode,
        MachineLimit = MachineLimit,
        MachineOverage = MachineOverage,
        MachineMatch = MachineMatch,
        ReleaseLimit = ReleaseLimit,
        EndTime = EndTime,
        CareEndTime = CareEndTime,
        PerpetualOffline = PerpetualOffline,
    };

    /// <summary>Grants other terms from now on; of its features and external reference nothing changes.</summary>
    /// <returns>Whether this changed anything.</returns>
    /// <exception cref="EntitlementException">
    /// <see cref="FailureReason.InvalidArgument"/>, <see cref="FailureReason.LicenseRevoked"/> or
    /// <see cref="FailureReason.LimitBelowUse"/>.
    /// </exception>
    public bool Change(LicenseTerms terms, DateTimeOffset now)
    {
        RequireNotRevoked();
        var before = ToTerms();
        Take(terms, now);
        var allowsLess = MachineLimit < before.MachineLimit || MachineOverage < before.MachineOverage;
        if (allowsLess && MachineLimit + MachineOverage < MachinesHeld)
        {
            throw Refusal.LimitBelowUse(
                Name, new SeatLine(SeatLine.Machines, MachineLimit, MachinesHeld, Requested: 0, MachineOverage));
        }

        if (before == ToTerms())
        {
            return false;
        }

        // Whoever changes the limit here sells more or fewer.
        SoldMachines = MachineLimit == before.MachineLimit ? SoldMachines : 0;
        Terms++;
        return true;
    }

    /// <summary>The same license in another account; whoever decided on what was read of it decides anew.</summary>
    /// <param name="account">Not the one that holds it.</param>
    /// <exception cref="EntitlementException">
    /// <see cref="FailureReason.InvalidArgument"/>: the account holds it already; or
    /// <see cref="FailureReason.LicenseRevoked"/>.
    /// </exception>
    public License MoveTo(AccountName account)
    {
        RequireNotRevoked();
        Require(account.AccountId != AccountId, "account", "must be another account than the one that holds the license");
        return new License
        {
            AccountId = account.AccountId,
            Id = Id,
            ProductId = ProductId,
            Slc = Slc,
            Edition = Edition,
            ActivationMode = ActivationMode,
            MachineLimit = MachineLimit,
            MachinesHeld = MachinesHeld,
            MachineOverage = MachineOverage,
            MachineMatch = MachineMatch,
            ReleaseLimit = ReleaseLimit,
            EndTime = EndTime,
            CareEndTime = CareEndTime,
            PerpetualOffline = PerpetualOffline,
            ExternalRef = ExternalRef,
            SuspendTime = SuspendTime,
            RevokeTime = RevokeTime,
            ExpectsMachines = ExpectsMachines,
            SoldMachines = SoldMachines,
            MachineExcess = MachineExcess,
            Editions = Editions,
            AwaitsConfiguration = AwaitsConfiguration,
            TrialDays = TrialDays,
            Terms = Terms + 1,
            CreateTime = CreateTime,
        };
    }

    public LicenseState StateAt(DateTimeOffset now) => this switch
    {
        { RevokeTime: not null } => LicenseState.Revoked,
        { SuspendTime: not null } => LicenseState.Suspended,
        _ when now >= EndTime => LicenseState.Expired,
        _ => LicenseState.Active,
    };

    /// <summary>Takes the license out of force until it is reinstated. Suspending it again keeps the first time.</summary>
    /// <returns>Whether this changed anything.</returns>
    /// <exception cref="EntitlementException">The license is revoked: that is for good.</exception>
    public bool Suspend(DateTimeOffset now)
    {
        RequireNotRevoked();
        if (SuspendTime is not null)
        {
            return false;
        }

        SuspendTime = now;
        Terms++;
        return true;
    }

    /// <exception cref="EntitlementException">The license is revoked, or not suspended.</exception>
    public void Reinstate()
    {
        RequireNotRevoked();
        SuspendTime = SuspendTime is null ? throw Refusal.LicenseNotSuspended(Name) : null;
        Terms++;
    }

    /// <summary>Ends the license for good. Revoking it again keeps the first time.</summary>
    /// <returns>Whether this changed anything.</returns>
    public bool Revoke(DateTimeOffset now)
    {
        if (RevokeTime is not null)
        {
            return false;
        }

        RevokeTime = now;
        Terms++;
        return true;
    }

    /// <exception cref="EntitlementException">Revoked before suspended before over: the gravest reason is the one told.</exception>
    public void RequireInForce(DateTimeOffset now)
    {
        RequireNotRevoked();
        if (SuspendTime is { } suspended)
        {
            throw Refusal.LicenseSuspended(Name, suspended);
        }

        if (EndTime is { } end && now >= end)
        {
            throw Refusal.LicenseExpired(Name, end);
        }

        RequireConfigured();
    }

    /// <summary>Builds made on the day on which care ends are covered: a build has a date, not a time.</summary>
    /// <exception cref="EntitlementException"><see cref="FailureReason.BuildNotCovered"/>.</exception>
    public void RequireCovers(DateOnly build)
    {
        if (CareEndTime is { } end && build > DateOnly.FromDateTime(end.UtcDateTime))
        {
            throw Refusal.BuildNotCovered(build, end);
        }
    }

    /// <summary>
    /// When a license file issued now ends: after <paramref name="lifetime"/>, but never after the license or the
    /// trial; null when it has no end (<c>perpetual_offline</c> on a license without one). Files tell whole seconds, so a
    /// fraction is cut off.
    /// </summary>
    /// <param name="now">When it is issued.</param>
    /// <param name="lifetime">How long one lives that has an end of its own.</param>
    /// <param name="trialEnd">When the machine's trial ends; null on a license that was bought.</param>
    public DateTimeOffset? FileEnd(DateTimeOffset now, TimeSpan lifetime, DateTimeOffset? trialEnd = null)
    {
        var last = EndWith(trialEnd);
        var end = PerpetualOffline || now + lifetime > last ? last : now + lifetime;
        return end?.AddTicks(-(end.Value.Ticks % TimeSpan.TicksPerSecond));
    }

    /// <param name="used">How many were released within <see cref="ReleasePeriod"/>, this one included.</param>
    /// <exception cref="EntitlementException"><see cref="FailureReason.ReleaseLimitReached"/>.</exception>
    public void RequireReleasable(int used)
    {
        if (used > ReleaseLimit)
        {
            throw Refusal.ReleaseLimitReached(Name, ReleaseLimit);
        }
    }

    private void Take(LicenseTerms terms, DateTimeOffset now)
    {
        Require(terms.MachineLimit is >= 1 and <= MaxMachineLimit, "license.machine_limit", $"must be 1 to {MaxMachineLimit}");
        Require(
            terms.MachineOverage is >= 0 and <= MaxMachineOverage,
            "license.machine_overage",
            $"must be 0 to {MaxMachineOverage}");
        Require(terms.MachineMatch is >= 1 and <= MaxMachineMatch, "license.machine_match", $"must be 1 to {MaxMachineMatch}");
        Require(terms.ReleaseLimit is >= 0 and <= MaxReleaseLimit, "license.release_limit", $"must be 0 to {MaxReleaseLimit}");

        // One that is over stays so while other things of it are changed.
        Require(terms.EndTime is null || terms.EndTime > now || terms.EndTime == EndTime, "license.end_time", "must be in the future");
        Edition = Text.Require(terms.Edition, "license.edition", 0, Text.MaxEditionLength);
        ActivationMode = terms.ActivationMode;
        MachineLimit = terms.MachineLimit;
        MachineOverage = terms.MachineOverage;
        MachineMatch = terms.MachineMatch;
        ReleaseLimit = terms.ReleaseLimit;
        EndTime = terms.EndTime;
        CareEndTime = terms.CareEndTime;
        PerpetualOffline = terms.PerpetualOffline;
    }

    private static FeatureLine[] CreateFeatures(LicenseName license, IReadOnlyList<FeatureTerms> terms)
    {
        var codes = new HashSet<string>(StringComparer.Ordinal);
        var lines = new FeatureLine[terms.Count];
        for (var i = 0; i < terms.Count; i++)
        {
            var field = $"license.features[{i}]";
            lines[i] = FeatureLine.Create(license, terms[i], field);
            Require(codes.Add(lines[i].Code), $"{field}.code", "must not repeat a code of this license");
        }

        return lines;
    }

    private static void Require(bool holds, string field, string rule)
    {
        if (!holds)
        {
            throw Refusal.InvalidArgument(field, rule);
        }
    }

    private void RequireNotRevoked()
    {
        if (RevokeTime is { } revoked)
        {
            throw Refusal.LicenseRevoked(Name, revoked);
        }
    }
}
