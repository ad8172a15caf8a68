using Entitlement.Domain.Errors;
using Entitlement.Domain.Names;

namespace Entitlement.Domain.Licenses;

/// <summary>What the quantity of a feature line counts. Stored by number.</summary>
public enum FeatureCount
{
    /// <summary>Every activation gets all of it.</summary>
    License = 1,

    /// <summary>Each device that an activation lists under the feature takes one.</summary>
    Device = 2,

    /// <summary>It floats: an activation leases some of it for a while.</summary>
    Lease = 3,
}

/// <summary>What a new feature line should be; checked when the line is made.</summary>
public sealed record FeatureTerms(string Code, FeatureCount Counts, int Quantity)
{
    /// <summary>How much may be held above the quantity.</summary>
    public int Overage { get; init; }

    /// <summary>
    /// How long a lease lasts; null for <see cref="FeatureLine.DefaultLease"/>, or where nothing is leased.
    /// </summary>
    public TimeSpan? LeaseDuration { get; init; }

    /// <summary>
    /// How much of it was sold, where less was chosen, even none; 0 for the quantity. Only of a license that comes from elsewhere.
    /// </summary>
    public int Sold { get; init; }
}

/// <summary>One thing that a license lets its machines use, and how much of it.</summary>
public sealed class FeatureLine
{
    public const int MaxQuantity = 1_000_000;
    public const int MaxOverage = 1_000_000;

    public static readonly TimeSpan MinLease = TimeSpan.FromMinutes(1);
    public static readonly TimeSpan MaxLease = TimeSpan.FromDays(30);
    public static readonly TimeSpan DefaultLease = TimeSpan.FromHours(1);

    private FeatureLine()
    {
    }

    public Guid AccountId { get; private init; }

    public Guid LicenseId { get; private init; }

    public string Code { get; private init; } = "";

    public FeatureCount Counts { get; private init; }

    public int Quantity { get; private init; }

    /// <summary>How much of it was sold, once less was chosen; 0 before.</summary>
    public int SoldQuantity { get; private init; }

    /// <summary>The most that may be chosen.</summary>
    public int MostQuantity => Math.Max(SoldQuantity, Quantity);

    /// <summary>
    /// How much is held above what is allowed, because somebody chose less knowingly. Nothing is taken on its account.
    /// </summary>
    public int Excess { get; private init; }

    /// <summary>
    /// How much may be held above <see cref="Quantity"/>: what was not sold, and is not refused either.
    /// </summary>
    public int Overage { get; private init; }

    /// <summary>How long a lease lasts, in seconds; 0 where nothing is leased.</summary>
    public int LeaseSeconds { get; private init; }

    /// <summary>
    /// How much of it devices or leases hold now; a lease that has run out counts until another asks for its place.
    /// Changed only by the conditional update that takes and returns seats.
    /// </summary>
    public int Held { get; private init; }

    internal static FeatureLine Create(LicenseName license, FeatureTerms terms, string field) => new()
    {
        AccountId = license.AccountId,
        LicenseId = license.LicenseId,
        Code = Text.FeatureCode(terms.Code, $"{field}.code"),
        Counts = terms.Counts,
        Quantity = terms is { Quantity: >= 1 and <= MaxQuantity } or { Quantity: 0, Sold: > 0 }
            ? terms.Quantity
            : throw Refusal.InvalidArgument($"{field}.quantity", $"must be 1 to {MaxQuantity}"),
        SoldQuantity = RequireSold(terms, $"{field}.sold_quantity"),
        Overage = RequireOverage(terms, $"{field}.overage"),
        LeaseSeconds = RequireLease(terms, $"{field}.lease_duration"),
    };

    private static int RequireSold(FeatureTerms terms, string field) => terms.Sold switch
    {
        0 => 0,
        > 0 and <= MaxQuantity when terms.Sold >= terms.Quantity => terms.Sold > terms.Quantity ? terms.Sold : 0,
        _ => throw Refusal.InvalidArgument(field, $"must be quantity to {MaxQuantity}, or 0 for quantity"),
    };

    private static int RequireOverage(FeatureTerms terms, string field) => terms switch
    {
        { Overage: 0 } => 0,
        { Counts: FeatureCount.License } =>
            throw Refusal.InvalidArgument(field, "must be 0 where every activation gets all of the feature"),
        { Overage: > 0 and <= MaxOverage } => terms.Overage,
        _ => throw Refusal.InvalidArgument(field, $"must be 0 to {MaxOverage}"),
    };

    private static int RequireLease(FeatureTerms terms, string field)
    {
        if (terms.Counts != FeatureCount.Lease)
        {
            return terms.LeaseDuration is null
                ? 0
                : throw Refusal.InvalidArgument(field, "must be unset where nothing is leased");
        }

        var duration = terms.LeaseDuration ?? DefaultLease;
        return duration >= MinLease && duration <= MaxLease
            ? (int)duration.TotalSeconds
            : throw Refusal.InvalidArgument(field, "must be 60 seconds to 30 days");
    }
}
