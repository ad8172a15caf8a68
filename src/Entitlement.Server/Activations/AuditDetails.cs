using System.Text.Json.Serialization;

namespace Entitlement.Server.Activations;

/// <summary>What the audit trail keeps of an issued file, beside who, when and which activation.</summary>
internal sealed record AuditDetails(
    int Generation, Guid File, string Kid, int DevicesAdded, int DevicesRemoved, string GenerationNotice);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(AuditDetails))]
internal sealed partial class ActivationJson : JsonSerializerContext;
