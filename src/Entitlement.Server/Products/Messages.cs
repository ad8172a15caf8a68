using System.Text.Json.Serialization;
using Entitlement.Domain.Products;
using Google.Protobuf.WellKnownTypes;

namespace Entitlement.Server.Products;

/// <summary>Products as the contract shows them.</summary>
internal static class Messages
{
    public static V1.Product ToMessage(this Product product) => new()
    {
        Name = $"{product.Name}",
        Code = product.Code,
        DisplayName = product.DisplayName,
        CreateTime = product.CreateTime.ToTimestamp(),
    };
}

/// <summary>What the audit trail keeps of a new product, beside who, when and which.</summary>
internal sealed record ProductCreated(string Code);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(ProductCreated))]
internal sealed partial class ProductJson : JsonSerializerContext;
