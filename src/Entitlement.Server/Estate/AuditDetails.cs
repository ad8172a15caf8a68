using System.Text.Json;
using System.Text.Json.Serialization;

namespace Entitlement.Server.Estate;

/// <summary>What the audit trail keeps of an imported product, beside who, when and which.</summary>
internal sealed record ProductImported(string Code);

/// <summary>What it keeps of an imported activation.</summary>
/// <param name="Generation">Of its newest license file, which another service issued; 0 for none.</param>
/// <param name="GenerationBefore">Always 0: the record stands for all generations up to the newest.</param>
/// <param name="DevicesAdded">How many devices took seats.</param>
internal sealed record ActivationImported(int Generation, int GenerationBefore, int DevicesAdded);

/// <summary>The details as JSON objects.</summary>
internal static class EstateJson
{
    public static string Of(ProductImported details) =>
        JsonSerializer.Serialize(details, EstateJsonContext.Default.ProductImported);

    public static string Of(ActivationImported details) =>
        JsonSerializer.Serialize(details, EstateJsonContext.Default.ActivationImported);
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(ProductImported))]
[JsonSerializable(typeof(ActivationImported))]
internal sealed partial class EstateJsonContext : JsonSerializerContext;
