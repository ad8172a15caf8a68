using System.Text.Json;
using System.Text.Json.Serialization;

namespace Entitlement.Server.Accounts;

/// <summary>What the audit trail tells of a changed account.</summary>
/// <param name="Fields">Which fields.</param>
/// <param name="Policy">Its policy from then on; null when that did not change.</param>
internal sealed record AccountUpdated(IReadOnlyCollection<string> Fields, string? Policy);

/// <summary>What the audit trail tells of a moved account.</summary>
/// <param name="From">The account right above it before; empty for the top.</param>
/// <param name="To">The account right above it from then on; empty for the top.</param>
/// <param name="RolesEnded">How many role assignments ended by it.</param>
internal sealed record AccountMoved(string From, string To, int RolesEnded);

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(AccountUpdated))]
[JsonSerializable(typeof(AccountMoved))]
internal sealed partial class AccountJson : JsonSerializerContext
{
    public static string Of(AccountUpdated updated) => JsonSerializer.Serialize(updated, Default.AccountUpdated);

    public static string Of(AccountMoved moved) => JsonSerializer.Serialize(moved, Default.AccountMoved);
}
