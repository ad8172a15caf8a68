using Entitlement.Domain.Errors;
using Entitlement.Domain.Licenses;
using Entitlement.Storage;
using Google.Protobuf.WellKnownTypes;

namespace Entitlement.Server.Licenses;

/// <summary>Reads what a caller wants of a new license, with the contract's defaults in the place of zeros.</summary>
internal static class WantedLicense
{
    /// <summary>The last second of the year 9999 and the first of the year 1, beyond which no timestamp may be.</summary>
    private const long LastSecond = 253_402_300_799;
    private const long FirstSecond = -62_135_596_800;
    private const int NanosecondsPerSecond = 1_000_000_000;
    private const int NanosecondsPerTick = 100;

    /// <exception cref="EntitlementException">A value has no meaning; what it must be like beyond that, the license itself tells.</exception>
    public static LicenseTerms ToTerms(this V1.License wanted) => new()
    {
        Edition = wanted.Edition,
        ActivationMode = ReadMode(wanted.ActivationMode),
        MachineLimit = OrDefault(wanted.MachineLimit, 1),
        MachineOverage = wanted.MachineOverage,
        MachineMatch = OrDefault(wanted.MachineMatch, License.DefaultMachineMatch),
        ReleaseLimit = ReadReleaseLimit(wanted),
        EndTime = ReadTime(wanted.EndTime, "license.end_time"),
        CareEndTime = ReadTime(wanted.CareEndTime, "license.care_end_time"),
        PerpetualOffline = wanted.PerpetualOffline,
        ExternalRef = wanted.ExternalRef,
        Editions = [.. wanted.Editions],
        AwaitsConfiguration = wanted.AwaitsConfiguration,
        TrialDuration = ReadTrial(wanted.TrialDuration),
        Features = [.. wanted.Features.Select(ReadFeature)],
    };

    /// <summary>The terms with the fields of a mask taken over from what is wanted.</summary>
    /// <param name="terms">What the license grants now.</param>
    /// <param name="wanted">The new values.</param>
    /// <param name="fields">Names of fields that may be changed; at least one.</param>
    /// <exception cref="EntitlementException">A field may not be changed, or its value has no meaning.</exception>
    public static LicenseTerms With(this LicenseTerms terms, V1.License wanted, IReadOnlyCollection<string> fields)
    {
        if (fields.Count == 0)
        {
            throw Refusal.InvalidArgument("update_mask", "must name at least one field");
        }

        return fields.Aggregate(terms, (changed, field) => field switch
        {
            "edition" => changed with { Edition = wanted.Edition },
            "activation_mode" => changed with { ActivationMode = ReadMode(wanted.ActivationMode) },
            "machine_limit" => changed with { MachineLimit = OrDefault(wanted.MachineLimit, 1) },
            "machine_overage" => changed with { MachineOverage = wanted.MachineOverage },
            "machine_match" => changed with { MachineMatch = OrDefault(wanted.MachineMatch, License.DefaultMachineMatch) },
            "end_time" => changed with { EndTime = ReadTime(wanted.EndTime, "license.end_time") },
            "care_end_time" => changed with { CareEndTime = ReadTime(wanted.CareEndTime, "license.care_end_time") },
            "perpetual_offline" => changed with { PerpetualOffline = wanted.PerpetualOffline },
            "release_limit" => changed with { ReleaseLimit = ReadReleaseLimit(wanted) },
            _ => throw Refusal.InvalidArgument(
                "update_mask",
                "may name edition, activation_mode, machine_limit, machine_overage, machine_match, end_time, "
                + "care_end_time, perpetual_offline and release_limit"),
        });
    }

    private static int OrDefault(int number, int otherwise) => number == 0 ? otherwise : number;

    private static int ReadReleaseLimit(V1.License wanted) =>
        wanted.HasReleaseLimit ? wanted.ReleaseLimit : License.DefaultReleaseLimit;

    private static FeatureTerms ReadFeature(V1.FeatureLine line, int index) =>
        new(line.Code, ReadCount(line.Counts, $"license.features[{index}].counts"), OrDefault(line.Quantity, 1))
        {
            Overage = line.Overage,
            LeaseDuration = ReadLease(line.LeaseDuration),
        };

    /// <summary>
    /// Cut to whole seconds, which is what is kept; one out of its bounds is left for the line itself to refuse.
    /// </summary>
    private static TimeSpan? ReadLease(Duration? duration) =>
        duration is null
            ? null
            : TimeSpan.FromSeconds(Math.Clamp(duration.Seconds, 0, (long)FeatureLine.MaxLease.TotalSeconds + 1));

    /// <summary>One out of its bounds, or with a fraction, is left for the license itself to refuse.</summary>
    private static TimeSpan? ReadTrial(Duration? duration)
    {
        const long Beyond = (License.MaxTrialDays + 1) * 86_400L;
        return duration is null
            ? null
            : TimeSpan.FromSeconds(Math.Clamp(duration.Seconds, 0, Beyond))
                + TimeSpan.FromTicks(duration.Nanos == 0 ? 0 : 1);
    }

    private static ActivationMode ReadMode(V1.ActivationMode mode) => mode switch
    {
        V1.ActivationMode.Unspecified or V1.ActivationMode.SelfService => ActivationMode.SelfService,
        V1.ActivationMode.PortalOnly => ActivationMode.PortalOnly,
        V1.ActivationMode.Approval => ActivationMode.Approval,
        _ => throw Refusal.InvalidArgument("license.activation_mode", "must be a value of ActivationMode"),
    };

    private static FeatureCount ReadCount(V1.FeatureCount count, string field) => count switch
    {
        V1.FeatureCount.License => FeatureCount.License,
        V1.FeatureCount.Device => FeatureCount.Device,
        V1.FeatureCount.Lease => FeatureCount.Lease,
        _ => throw Refusal.InvalidArgument(
            field, "must be FEATURE_COUNT_LICENSE, FEATURE_COUNT_DEVICE or FEATURE_COUNT_LEASE"),
    };

    /// <summary>Cut to what is stored; null when it is unset.</summary>
    public static DateTimeOffset? ReadTime(Timestamp? time, string field) => time switch
    {
        null => null,
        { Seconds: >= FirstSecond and <= LastSecond, Nanos: >= 0 and < NanosecondsPerSecond } => DateTimeOffset
            .FromUnixTimeSeconds(time.Seconds)
            .AddTicks(time.Nanos / NanosecondsPerTick)
            .ToWholeMilliseconds(),
        _ => throw Refusal.InvalidArgument(field, "must be a time in the years 1 to 9999, with nanos from 0 to 999999999"),
    };
}
