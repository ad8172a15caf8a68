using System.Text.Json.Serialization;

namespace Entitlement.Server.Groups;

/// <summary>What the audit trail keeps of somebody who joins or leaves a group.</summary>
/// <param name="Member">Resource name of the user or service account.</param>
internal sealed record MemberMoved(string Member);

/// <summary>What it keeps of a group that is deleted.</summary>
/// <param name="Members">How many were in it.</param>
/// <param name="Roles">How many roles it held.</param>
internal sealed record GroupDeleted(int Members, int Roles);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(MemberMoved))]
[JsonSerializable(typeof(GroupDeleted))]
internal sealed partial class GroupJson : JsonSerializerContext;
