using Entitlement.Domain.Licenses;
using Entitlement.Domain.Names;
using Google.Protobuf.WellKnownTypes;

namespace Entitlement.Server.Licenses;

/// <summary>Licenses as the contract shows them.</summary>
internal static class Messages
{
    /// <param name="license">The license.</param>
    /// <param name="features">Its feature lines.</param>
    /// <param name="showsCode">Whether the caller may see the whole SLC.</param>
    /// <param name="now">The moment whose state is told.</param>
    public static V1.License ToMessage(this License license, IEnumerable<FeatureLine> features, bool showsCode, DateTimeOffset now) => new()
    {
        Name = $"{license.Name}",
        Product = $"{new ProductName(license.ProductId)}",
        Edition = license.Edition,
        Slc = showsCode ? license.Slc.ToGroups() : "",
        SlcEnding = license.Slc.Ending,
        ActivationMode = license.ActivationMode.ToMessage(),
        MachineLimit = license.MachineLimit,
        MachineOverage = license.MachineOverage,
        MachinesHeld = license.MachinesHeld,
        MachinesOver = Math.Max(0, license.MachinesHeld - license.MachineLimit),
        Features = { features.OrderBy(line => line.Code, StringComparer.Ordinal).Select(ToMessage) },
        MachineMatch = license.MachineMatch,
        ReleaseLimit = license.ReleaseLimit,
        EndTime = license.EndTime?.ToTimestamp(),
        CareEndTime = license.CareEndTime?.ToTimestamp(),
        PerpetualOffline = license.PerpetualOffline,
        TrialDuration = license.TrialDuration?.ToDuration(),
        ExternalRef = license.ExternalRef ?? "",
        State = license.StateAt(now).ToMessage(),
        CreateTime = license.CreateTime.ToTimestamp(),
        SuspendTime = license.SuspendTime?.ToTimestamp(),
        RevokeTime = license.RevokeTime?.ToTimestamp(),
        SoldMachineLimit = license.SoldMachineLimit,
        Editions = { license.OtherEditions },
        AwaitsConfiguration = license.AwaitsConfiguration,
    };

    public static V1.LicenseState ToMessage(this LicenseState state) => state switch
    {
        LicenseState.Active => V1.LicenseState.Active,
        LicenseState.Expired => V1.LicenseState.Expired,
        LicenseState.Suspended => V1.LicenseState.Suspended,
        LicenseState.Revoked => V1.LicenseState.Revoked,
    };

    public static V1.FeatureLine ToMessage(this FeatureLine line) => new()
    {
        Code = line.Code,
        Counts = line.Counts switch
        {
            FeatureCount.License => V1.FeatureCount.License,
            FeatureCount.Device => V1.FeatureCount.Device,
            FeatureCount.Lease => V1.FeatureCount.Lease,
        },
        Quantity = line.Quantity,
        SoldQuantity = line.MostQuantity,
        Overage = line.Overage,
        LeaseDuration = line.LeaseSeconds > 0 ? new Duration { Seconds = line.LeaseSeconds } : null,
        Held = line.Held,
        Over = Math.Max(0, line.Held - line.Quantity),
    };

    private static V1.ActivationMode ToMessage(this ActivationMode mode) => mode switch
    {
        ActivationMode.SelfService => V1.ActivationMode.SelfService,
        ActivationMode.PortalOnly => V1.ActivationMode.PortalOnly,
        ActivationMode.Approval => V1.ActivationMode.Approval,
    };
}
