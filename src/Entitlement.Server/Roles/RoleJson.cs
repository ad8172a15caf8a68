using System.Text.Json;
using System.Text.Json.Serialization;

namespace Entitlement.Server.Roles;

/// <summary>What the audit trail tells of a role that was written.</summary>
/// <param name="Permissions">What it grants.</param>
/// <param name="Assigns">Which roles its holder may give.</param>
/// <param name="ScopeKinds">On what it may be given.</param>
internal sealed record RoleWritten(string Permissions, string Assigns, string ScopeKinds);

/// <summary>What the audit trail tells of roles that were given or taken.</summary>
/// <param name="Roles">Each of them.</param>
internal sealed record RolesMoved(IReadOnlyCollection<RoleMoved> Roles);

/// <summary>One of them.</summary>
/// <param name="Subject">Whose: a user, service account or group by its id.</param>
/// <param name="Role">Which role.</param>
/// <param name="ExpireTime">When it ends; null for never, and for one that was taken.</param>
internal sealed record RoleMoved(Guid Subject, string Role, DateTimeOffset? ExpireTime);

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(RoleWritten))]
[JsonSerializable(typeof(RolesMoved))]
internal sealed partial class RoleJson : JsonSerializerContext
{
    public static string Of(RoleWritten written) => JsonSerializer.Serialize(written, Default.RoleWritten);

    public static string Of(RolesMoved moved) => JsonSerializer.Serialize(moved, Default.RolesMoved);
}
