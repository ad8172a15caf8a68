using System.Collections.Immutable;

namespace Entitlement.Formats;

/// <summary>How a feature's quantity is counted (<c>counts</c>).</summary>
public enum FeatureCounting
{
    /// <summary>Every activation gets all of it.</summary>
    License,

    /// <summary>Each listed device takes one.</summary>
    Device,

    /// <summary>Floating: taken from the service for a while.</summary>
    Lease,
}

/// <summary>One line of what was licensed.</summary>
/// <param name="Code">The feature's code. 1 to 128 characters.</param>
/// <param name="Quantity">What this activation may use: 0 to 2,147,483,647.</param>
public sealed record LicensedFeature(string Code, FeatureCounting Counts, int Quantity)
{
    /// <summary>Ids of the devices that are activated under the feature. The member may be absent: none.</summary>
    public ImmutableArray<string> Devices { get; init; } = [];
}

/// <summary>The machine that a license file is for.</summary>
/// <param name="Match">
/// How many kinds of component must match offline: 0 (the machine is not checked) to the number of kinds in
/// <paramref name="Components"/>.
/// </param>
public sealed record LicensedMachine(MachineComponents Components, int Match);

/// <summary>
/// The claims of a license file (<c>.lic</c>), format version 1. Every instant is a NumericDate in whole seconds:
/// fractions are cut off when it is written. Strings have 1 to 256 characters where nothing else is said, none of
/// them a control character.
/// </summary>
public sealed record LicenseClaims
{
    /// <summary><c>iss</c>: the issuing service, a URL or a name.</summary>
    public required string Issuer { get; init; }

    /// <summary><c>sub</c>: the activation's resource name.</summary>
    public required string Subject { get; init; }

    /// <summary><c>jti</c>: id of this file. A UUID in lower case.</summary>
    public required Guid Jti { get; init; }

    /// <summary><c>iat</c>: when it was issued. The signing certificate must be valid then.</summary>
    public required DateTimeOffset IssueTime { get; init; }

    /// <summary><c>nbf</c>: valid from. Verifiers allow 24 hours before.</summary>
    public required DateTimeOffset NotBefore { get; init; }

    /// <summary><c>exp</c>: when this file must have been renewed; null for one that is perpetual offline.</summary>
    public DateTimeOffset? ExpireTime { get; init; }

    /// <summary><c>gen</c>: 1 to 2,147,483,647; rises by one with each file issued for the activation.</summary>
    public required int Generation { get; init; }

    /// <summary><c>slc</c>: the software license code.</summary>
    public required string Slc { get; init; }

    /// <summary><c>account</c>: to whom it was licensed.</summary>
    public required string Account { get; init; }

    /// <summary><c>product</c>: the product's code.</summary>
    public required string Product { get; init; }

    /// <summary><c>edition</c>: null where the product has no editions.</summary>
    public string? Edition { get; init; }

    /// <summary><c>license_until</c>: end of the license itself; null for a perpetual one.</summary>
    public DateTimeOffset? LicenseUntil { get; init; }

    /// <summary><c>care_until</c>: end of care; null where care does not limit the builds.</summary>
    public DateTimeOffset? CareUntil { get; init; }

    /// <summary>
    /// <c>trial_until</c>: when the machine's trial ends, which the file never outlasts; null for a license that was
    /// bought.
    /// </summary>
    public DateTimeOffset? TrialUntil { get; init; }

    public ImmutableArray<LicensedFeature> Features { get; init; } = [];

    public required LicensedMachine Machine { get; init; }

    /// <summary><c>cnf.jkt</c> (RFC 7800): thumbprint of the instance key, 43 characters of base64url.</summary>
    public required string KeyThumbprint { get; init; }

    /// <summary><c>overlap_until</c>: when a machine that has been replaced stops; null in every other file.</summary>
    public DateTimeOffset? OverlapUntil { get; init; }

    /// <summary><c>lrq</c>: content hash of the request that this file answers, 43 characters of base64url.</summary>
    public required string RequestHash { get; init; }

    /// <summary>
    /// Whether care covers a build. Days are compared, in UTC: a build of the day on which care ends is covered, at
    /// whatever hour it ends, and so is every earlier build, for ever.
    /// </summary>
    public static bool Covers(DateTimeOffset? careUntil, DateOnly buildDate) =>
        careUntil is null || buildDate <= DateOnly.FromDateTime(careUntil.Value.UtcDateTime);

    /// <summary>Names the file and no more: the software license code must not get into a log.</summary>
    public override string ToString() => $"license file {Jti}";
}
