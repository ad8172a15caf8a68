using Entitlement.V1;
using Google.Protobuf.WellKnownTypes;

namespace Entitlement.Server.Tests.Licenses;

/// <summary>What no license may be: one spoilt field each.</summary>
internal static class WrongLicenses
{
    public static IEnumerable<(string Field, string Title, Action<License> Spoil)> All(DateTimeOffset now) =>
    [
        ("license.product", "none", license => license.Product = ""),
        ("license.product", "a code", license => license.Product = "acme-cad"),
        ("license.edition", "129 characters", license => license.Edition = new string('x', 129)),
        ("license.edition", "a control character", license => license.Edition = "Pro\t"),
        ("license.activation_mode", "no value of the enum", license => license.ActivationMode = (ActivationMode)4),
        ("license.activation_mode", "negative", license => license.ActivationMode = (ActivationMode)(-1)),
        ("license.machine_limit", "negative", license => license.MachineLimit = -1),
        ("license.machine_limit", "too many", license => license.MachineLimit = 1_000_001),
        ("license.machine_match", "negative", license => license.MachineMatch = -1),
        ("license.machine_match", "more kinds than there are", license => license.MachineMatch = 8),
        ("license.release_limit", "negative", license => license.ReleaseLimit = -1),
        ("license.release_limit", "too many", license => license.ReleaseLimit = 1_000_001),
        ("license.end_time", "now", license => license.EndTime = Timestamp.FromDateTimeOffset(now)),
        ("license.end_time", "negative nanos", license => license.EndTime.Nanos = -1),
        ("license.end_time", "a second of nanos", license => license.EndTime.Nanos = 1_000_000_000),
        ("license.end_time", "year 10000", license => license.EndTime.Seconds = 253_402_300_800),
        ("license.end_time", "greatest number", license => license.EndTime.Seconds = long.MaxValue),
        ("license.care_end_time", "year 0", license => license.CareEndTime.Seconds = -62_135_596_801),
        ("license.care_end_time", "smallest number", license => license.CareEndTime.Seconds = long.MinValue),
        ("license.external_ref", "a space", license => license.ExternalRef = "SO 1"),
        ("license.external_ref", "129 characters", license => license.ExternalRef = new string('x', 129)),
        ("license.features", "1001 lines", license => license.Features.Add(Enumerable.Range(0, 999).Select(Line))),
        ("license.features[1].code", "none", license => license.Features[1].Code = ""),
        ("license.features[1].code", "a space", license => license.Features[1].Code = "camera 4k"),
        ("license.features[1].code", "129 characters", license => license.Features[1].Code = new string('x', 129)),
        ("license.features[1].code", "twice", license => license.Features[1].Code = license.Features[0].Code),
        ("license.features[0].counts", "unspecified", license => license.Features[0].Counts = FeatureCount.Unspecified),
        ("license.features[0].counts", "no value of the enum", license => license.Features[0].Counts = (FeatureCount)4),
        ("license.machine_overage", "negative", license => license.MachineOverage = -1),
        ("license.machine_overage", "too many", license => license.MachineOverage = 1_000_001),
        ("license.features[1].overage", "negative", license => license.Features[1].Overage = -1),
        ("license.features[1].overage", "too many", license => license.Features[1].Overage = 1_000_001),
        ("license.features[0].overage", "of what all get", license => license.Features[0].Overage = 1),
        ("license.features[1].lease_duration", "of what is not leased", license => license.Features[1].LeaseDuration = new Duration { Seconds = 60 }),
        ("license.features[1].lease_duration", "too short", license => Lease(license, seconds: 59)),
        ("license.features[1].lease_duration", "too long", license => Lease(license, seconds: 2_592_001)),
        ("license.features[1].lease_duration", "greatest number", license => Lease(license, seconds: long.MaxValue)),
        ("license.features[0].quantity", "negative", license => license.Features[0].Quantity = -1),
        ("license.features[0].quantity", "too many", license => license.Features[0].Quantity = 1_000_001),
    ];

    private static void Lease(License license, long seconds)
    {
        license.Features[1].Counts = FeatureCount.Lease;
        license.Features[1].LeaseDuration = new Duration { Seconds = seconds };
    }

    private static FeatureLine Line(int index) => new() { Code = $"line-{index}", Counts = FeatureCount.License };
}
