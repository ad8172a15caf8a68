using System.Text.Json.Serialization;

namespace Entitlement.Server.Users;

/// <summary>What the audit trail keeps of a person who was changed: the names of the fields, never what stands in them.</summary>
internal sealed record UserUpdated(IReadOnlyList<string> Fields);

/// <summary>What it keeps of a membership that ended.</summary>
/// <param name="Roles">Names of the assignments that went with it, with the role and its scope.</param>
/// <param name="Groups">Names of the groups that the person left with it.</param>
internal sealed record MemberRemoved(IReadOnlyList<RoleTaken> Roles, IReadOnlyList<string> Groups);

/// <param name="Assignment">The assignment that is gone.</param>
/// <param name="Role">Of which role.</param>
/// <param name="Scope">On what; empty for the system.</param>
internal sealed record RoleTaken(string Assignment, string Role, string Scope);

/// <summary>What it keeps of a person whose data were erased.</summary>
/// <param name="Accounts">Of which the person was a member.</param>
/// <param name="Roles">What the person held.</param>
/// <param name="Groups">In which the person was.</param>
/// <param name="ReasonsErased">How many records of the trail lost their reason.</param>
internal sealed record UserErased(
    IReadOnlyList<string> Accounts, IReadOnlyList<RoleTaken> Roles, IReadOnlyList<string> Groups, int ReasonsErased);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(UserUpdated))]
[JsonSerializable(typeof(MemberRemoved))]
[JsonSerializable(typeof(UserErased))]
internal sealed partial class UserJson : JsonSerializerContext;
