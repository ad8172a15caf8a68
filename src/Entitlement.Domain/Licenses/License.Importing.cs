using Entitlement.Domain.Names;

namespace Entitlement.Domain.Licenses;

/// <summary>What a license has lived through elsewhere.</summary>
public sealed record ImportedLicense
{
    public Origin Origin { get; init; } = new();

    /// <summary>The code that people have typed in; null for a new one.</summary>
    public Slc? Slc { get; init; }

    public DateTimeOffset? SuspendTime { get; init; }

    public DateTimeOffset? RevokeTime { get; init; }

    /// <summary>How many machines it was sold for, where fewer were chosen; 0 for as many as it allows.</summary>
    public int SoldMachines { get; init; }
}

/// <content>The half by which licenses come from another system.</content>
public sealed partial class License
{
    /// <summary>Makes a license that was sold elsewhere, whatever its state is by now.</summary>
    public static (License License, IReadOnlyList<FeatureLine> Features) Import(
        AccountName account, ProductName product, LicenseTerms terms, ImportedLicense past, DateTimeOffset now)
    {
        Require(terms.Features.Count <= MaxFeatures, "license.features", $"must be at most {MaxFeatures} lines");
        RequirePast(past.SuspendTime, "license.suspend_time", now);
        RequirePast(past.RevokeTime, "license.revoke_time", now);
        var license = new License
        {
            AccountId = account.AccountId,
            Id = past.Origin.NewId(now),
            ProductId = product.ProductId,
            Slc = past.Slc ?? Slc.Random(),
            ExternalRef = Text.ExternalRef(terms.ExternalRef, "license.external_ref"),
            SuspendTime = past.SuspendTime,
            RevokeTime = past.RevokeTime,
            TrialDays = ReadTrialDays(terms),
            Editions = RequireEditions(terms.Editions),
            AwaitsConfiguration = terms.AwaitsConfiguration,
            SoldMachines = RequireSoldMachines(past.SoldMachines, terms.MachineLimit),
            CreateTime = past.Origin.Begin(now),
        };

        // Its end may have come long ago.
        license.Take(terms, DateTimeOffset.MinValue);
        return (license, CreateFeatures(license.Name, terms.Features));
    }

    /// <summary>From now on machines that are new to this service are compared with those that it awaits.</summary>
    public void ExpectMachines() => ExpectsMachines = true;

    /// <summary>The first thing in which it is not what is wanted, by the contract's field; null for none.</summary>
    /// <param name="product">The wanted product.</param>
    /// <param name="terms">The wanted terms.</param>
    /// <param name="past">The wanted state.</param>
    /// <param name="features">Its own feature lines.</param>
    public string? FirstDifference(
        ProductName product, LicenseTerms terms, ImportedLicense past, IReadOnlyCollection<FeatureLine> features)
    {
        var wanted = TermsOf(CreateFeatures(Name, terms.Features));
        (string Field, bool Differs)[] fields =
        [
            ("product_code", ProductId != product.ProductId),
            ("external_ref", terms.ExternalRef.Length > 0 && ExternalRef != terms.ExternalRef),
            ("slc", past.Slc is { } slc && slc != Slc),
            ("edition", Edition != terms.Edition),
            ("editions", terms.Editions.Count > 0 && Editions != RequireEditions(terms.Editions)),
            ("awaits_configuration", AwaitsConfiguration != terms.AwaitsConfiguration),
            ("activation_mode", ActivationMode != terms.ActivationMode),
            ("machine_limit", MachineLimit != terms.MachineLimit),
            ("sold_machine_limit", past.SoldMachines > 0 && SoldMachineLimit != past.SoldMachines),
            ("machine_overage", MachineOverage != terms.MachineOverage),
            ("machine_match", MachineMatch != terms.MachineMatch),
            ("release_limit", ReleaseLimit != terms.ReleaseLimit),
            ("end_time", EndTime != terms.EndTime),
            ("care_end_time", CareEndTime != terms.CareEndTime),
            ("perpetual_offline", PerpetualOffline != terms.PerpetualOffline),
            ("trial_duration", TrialDuration != terms.TrialDuration),
            ("suspend_time", (SuspendTime is null) != (past.SuspendTime is null)),
            ("revoke_time", (RevokeTime is null) != (past.RevokeTime is null)),
            ("features", !wanted.SequenceEqual(TermsOf(features))),
        ];
        return fields.FirstOrDefault(field => field.Differs).Field;
    }

    private static IEnumerable<(string, FeatureCount, int, int, int, int)> TermsOf(IEnumerable<FeatureLine> lines) => lines
        .OrderBy(line => line.Code, StringComparer.Ordinal)
        .Select(line => (line.Code, line.Counts, line.Quantity, line.MostQuantity, line.Overage, line.LeaseSeconds));

    private static int RequireSoldMachines(int sold, int limit)
    {
        Require(
            sold == 0 || (sold >= limit && sold <= MaxMachineLimit),
            "license.sold_machine_limit",
            $"must be machine_limit to {MaxMachineLimit}, or 0 for machine_limit");
        return sold > limit ? sold : 0;
    }

    private static void RequirePast(DateTimeOffset? time, string field, DateTimeOffset now) =>
        Require(time is null || time <= now, field, "must not be in the future");
}
