using System.Text.Json.Serialization;

namespace Entitlement.Server.Users;

/// <summary>One part of what is kept of a person.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "kind")]
[JsonDerivedType(typeof(ExportedUser), "user")]
[JsonDerivedType(typeof(ExportedMembership), "membership")]
[JsonDerivedType(typeof(ExportedInvitation), "invitation")]
[JsonDerivedType(typeof(ExportedGroup), "group")]
[JsonDerivedType(typeof(ExportedRole), "role_assignment")]
[JsonDerivedType(typeof(ExportedPassword), "password")]
[JsonDerivedType(typeof(ExportedPasswordLink), "password_link")]
[JsonDerivedType(typeof(ExportedFailures), "sign_in_failures")]
[JsonDerivedType(typeof(ExportedIdentity), "external_identity")]
[JsonDerivedType(typeof(ExportedSession), "session")]
[JsonDerivedType(typeof(ExportedMessage), "message")]
[JsonDerivedType(typeof(ExportedCall), "remembered_call")]
[JsonDerivedType(typeof(ExportedAct), "audit_record")]
internal abstract record Exported;

internal sealed record ExportedUser(
    string Name, string DisplayName, string? Email, string? PhoneNumber, string? ExternalRef, string Scope, bool IsEnabled,
    bool IsDefaultAdministrator, string PrimaryAccount, DateTimeOffset CreateTime, DateTimeOffset? EraseTime) : Exported;

internal sealed record ExportedMembership(string Account, DateTimeOffset CreateTime) : Exported;

internal sealed record ExportedInvitation(
    string Name, string Email, string? Roles, DateTimeOffset CreateTime, DateTimeOffset ExpireTime) : Exported;

internal sealed record ExportedGroup(string Name, string DisplayName, DateTimeOffset CreateTime) : Exported;

internal sealed record ExportedRole(
    string Name, string Role, string Scope, DateTimeOffset CreateTime, DateTimeOffset? ExpireTime) : Exported;

internal sealed record ExportedPassword(DateTimeOffset ChangeTime, DateTimeOffset? InitialUntil) : Exported;

internal sealed record ExportedPasswordLink(
    DateTimeOffset CreateTime, DateTimeOffset ExpireTime, DateTimeOffset? UseTime, DateTimeOffset? EndTime) : Exported;

internal sealed record ExportedFailures(
    int Failures, DateTimeOffset? LockedUntil, int KnownFailures, DateTimeOffset? KnownLockedUntil, DateTimeOffset LastTime) : Exported;

internal sealed record ExportedIdentity(string Issuer, string Subject, DateTimeOffset CreateTime) : Exported;

internal sealed record ExportedSession(
    string Name, string Origin, DateTimeOffset CreateTime, DateTimeOffset LastUseTime, DateTimeOffset ExpireTime,
    DateTimeOffset? EndTime) : Exported;

internal sealed record ExportedMessage(
    string Name, string About, string State, string Address, string RecipientName, IReadOnlyDictionary<string, string>? Values,
    string? LastFailure, DateTimeOffset CreateTime, DateTimeOffset? EndTime) : Exported;

internal sealed record ExportedCall(string Method, string Resource, DateTimeOffset CreateTime) : Exported;

internal sealed record ExportedAct(
    DateTimeOffset Time, string Actor, string Action, string Resource, string? Reason) : Exported;

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(Exported))]
internal sealed partial class ExportJson : JsonSerializerContext;
