using System.Text.Json;
using System.Text.Json.Serialization;

namespace Entitlement.Server.Activations;

/// <summary>What the audit trail keeps of an issued file, beside who, when and which activation.</summary>
internal sealed record FileIssued(
    int Generation, Guid File, string Kid, int DevicesAdded, int DevicesRemoved, string GenerationNotice);

/// <summary>What it keeps of an activation that its machine returned.</summary>
/// <param name="Generation">Of the newest file.</param>
/// <param name="ReturnedGeneration">Of the file that the machine had.</param>
/// <param name="Receipt">The receipt's <c>jti</c>.</param>
/// <param name="DevicesRemoved">How many devices gave their seats back.</param>
internal sealed record ActivationReturned(int Generation, int ReturnedGeneration, Guid Receipt, int DevicesRemoved);

/// <summary>What it keeps of an activation that was released by hand.</summary>
internal sealed record ActivationReleased(int Generation, string Reason, int DevicesRemoved);

/// <summary>The details as JSON objects.</summary>
internal static class AuditJson
{
    public static string Of(FileIssued details) => JsonSerializer.Serialize(details, ActivationJson.Default.FileIssued);

    public static string Of(ActivationReturned details) => JsonSerializer.Serialize(details, ActivationJson.Default.ActivationReturned);

    public static string Of(ActivationReleased details) => JsonSerializer.Serialize(details, ActivationJson.Default.ActivationReleased);
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(FileIssued))]
[JsonSerializable(typeof(ActivationReturned))]
[JsonSerializable(typeof(ActivationReleased))]
internal sealed partial class ActivationJson : JsonSerializerContext;
