using System.Text.Json.Serialization;

namespace Entitlement.Server.Licenses;

/// <summary>What the audit trail keeps of a new license, beside who, when and which.</summary>
internal sealed record LicenseCreated(
    string Product,
    string SlcEnding,
    int MachineLimit,
    int Features,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)] int TrialDays);

/// <summary>What it keeps of a license that was suspended, reinstated or revoked.</summary>
/// <param name="LeasesReturned">
/// How much of each floating feature a revocation gave back; null when nothing was leased.
/// </param>
internal sealed record LicenseChanged(
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    IReadOnlyDictionary<string, int>? LeasesReturned);

/// <summary>What it keeps of a license that grants other terms.</summary>
internal sealed record LicenseUpdated(AuditedTerms Before, AuditedTerms After);

/// <summary>What both accounts keep of a license that went from one to the other.</summary>
/// <param name="From">The license's name before.</param>
/// <param name="To">Its name since.</param>
/// <param name="MachinesHeld">How many machines went with it.</param>
internal sealed record LicenseTransferred(string From, string To, int MachinesHeld);

/// <summary>What it keeps of a license that was configured.</summary>
internal sealed record LicenseReconfigured(AuditedConfiguration Before, AuditedConfiguration After);

/// <param name="Edition">The edition.</param>
/// <param name="MachineLimit">How many machines.</param>
/// <param name="Features">How much of each feature.</param>
internal sealed record AuditedConfiguration(string Edition, int MachineLimit, IReadOnlyDictionary<string, int> Features);

internal sealed record AuditedTerms(
    string Edition, string ActivationMode, int MachineLimit, int MachineOverage, int MachineMatch,
    DateTimeOffset? EndTime, DateTimeOffset? CareEndTime, bool PerpetualOffline, int ReleaseLimit);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(LicenseCreated))]
[JsonSerializable(typeof(LicenseChanged))]
[JsonSerializable(typeof(LicenseUpdated))]
[JsonSerializable(typeof(LicenseTransferred))]
[JsonSerializable(typeof(LicenseReconfigured))]
internal sealed partial class LicenseJson : JsonSerializerContext;
