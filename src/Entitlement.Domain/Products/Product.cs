using Entitlement.Domain.Names;

namespace Entitlement.Domain.Products;

/// <summary>A piece of software that licenses are sold for.</summary>
public sealed class Product
{
    private Product()
    {
    }

    public Guid Id { get; private init; }

    /// <summary>What license requests and license files call it; unique over the installation.</summary>
    public string Code { get; private init; } = "";

    public string DisplayName { get; private init; } = "";

    public DateTimeOffset CreateTime { get; private init; }

    /// <summary>
    /// Whether it ever had a trial license; only then does a machine that buys look for its trial. Never taken back.
    /// </summary>
    public bool HasTrials { get; private set; }

    public ProductName Name => new(Id);

    public static Product Define(string code, string displayName, DateTimeOffset now) => new()
    {
        Id = Guid.CreateVersion7(now),
        Code = Text.ProductCode(code, "product.code"),
        DisplayName = Text.DisplayName(displayName, "product.display_name"),
        CreateTime = now,
    };

    public void OfferTrials() => HasTrials = true;

    /// <summary>As another system, or an export of this one, has it.</summary>
    public static Product Import(Origin origin, string code, string displayName, DateTimeOffset now) => new()
    {
        Id = origin.NewId(now),
        Code = Text.ProductCode(code, "product.code"),
        DisplayName = Text.DisplayName(displayName, "product.display_name"),
        CreateTime = origin.Begin(now),
    };
}
