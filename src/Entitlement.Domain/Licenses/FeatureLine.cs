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
}

/// <summary>What a new feature line should be; checked when the line is made.</summary>
public sealed record FeatureTerms(string Code, FeatureCount Counts, int Quantity);

/// <summary>One thing that a license lets its machines use, and how much of it.</summary>
public sealed class FeatureLine
{
    public const int MaxQuantity = 1_000_000;

    private FeatureLine()
    {
    }

    public Guid AccountId { get; private init; }

    public Guid LicenseId { get; private init; }

    public string Code { get; private init; } = "";

    public FeatureCount Counts { get; private init; }

    public int Quantity { get; private init; }

    /// <summary>How much of it devices hold now. Changed only by the conditional update that takes and returns seats.</summary>
    public int Held { get; private init; }

    internal static FeatureLine Create(LicenseName license, FeatureTerms terms, string field) => new()
    {
        AccountId = license.AccountId,
        LicenseId = license.LicenseId,
        Code = Text.FeatureCode(terms.Code, $"{field}.code"),
        Counts = terms.Counts,
        Quantity = terms.Quantity is >= 1 and <= MaxQuantity
            ? terms.Quantity
            : throw Refusal.InvalidArgument($"{field}.quantity", $"must be 1 to {MaxQuantity}"),
    };
}
