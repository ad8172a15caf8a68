using System.Collections.Immutable;
using Entitlement.Domain.Access;
using Entitlement.Domain.Errors;
using Entitlement.Domain.Names;
using Google.Protobuf.WellKnownTypes;

namespace Entitlement.Server.Roles;

/// <summary>Roles and assignments as the contract shows them.</summary>
internal static class Messages
{
    private const string EveryRole = "roles/*";

    public static V1.Role ToMessage(this RoleDefinition role) => new()
    {
        Name = $"{new RoleName(role.Id)}",
        DisplayName = role.DisplayName,
        Description = role.Description,
        Permissions = { role.Permissions.ToList().Select(permission => (V1.Permission)(int)permission) },
        Assigns = { role.Assigns.Select(id => id == RoleDefinition.AnyRole ? EveryRole : $"{new RoleName(id)}") },
        ScopeKinds = { role.ScopeKinds.Select(kind => (V1.ScopeKind)(int)kind) },
        BuiltIn = role.IsBuiltIn,
        Successor = role.Successor is { } successor ? $"{new RoleName(successor)}" : "",
    };

    /// <param name="assignment">As stored.</param>
    /// <param name="principal">The name of who holds it.</param>
    public static V1.RoleAssignment ToMessage(this RoleAssignment assignment, string principal) => new()
    {
        Name = $"{assignment.Name}",
        Principal = principal,
        Role = $"{new RoleName(assignment.RoleId)}",
        Scope = assignment.ScopeName,
        CreateTime = assignment.CreateTime.ToTimestamp(),
        ExpireTime = assignment.ExpireTime?.ToTimestamp(),
    };

    /// <exception cref="EntitlementException">A part breaks its rule.</exception>
    public static RoleDefinition ToDomain(this V1.Role role) => new(
        RoleName.Parse(role.Name, "role.name").RoleId,
        role.DisplayName,
        role.Description,
        role.ToPermissions(),
        role.ToAssigns(),
        role.ToScopeKinds());

    /// <param name="role">As it stands.</param>
    /// <param name="wanted">The new values.</param>
    /// <param name="fields">Which of them count.</param>
    /// <exception cref="EntitlementException">A part breaks its rule.</exception>
    public static RoleDefinition With(this RoleDefinition role, V1.Role wanted, IReadOnlyCollection<string> fields) => role with
    {
        DisplayName = fields.Contains(RoleFields.DisplayName) ? wanted.DisplayName : role.DisplayName,
        Description = fields.Contains(RoleFields.Description) ? wanted.Description : role.Description,
        Permissions = fields.Contains(RoleFields.Permissions) ? wanted.ToPermissions() : role.Permissions,
        Assigns = fields.Contains(RoleFields.Assigns) ? wanted.ToAssigns() : role.Assigns,
        ScopeKinds = fields.Contains(RoleFields.ScopeKinds) ? wanted.ToScopeKinds() : role.ScopeKinds,
    };

    private static PermissionSet ToPermissions(this V1.Role role) => role.Permissions
        .Aggregate(PermissionSet.Empty, (set, permission) => set | PermissionSet.Of(ToDomain(permission)))
        .Closed();

    private static Permission ToDomain(V1.Permission permission) =>
        System.Enum.IsDefined(permission) && permission is not (V1.Permission.Unspecified or V1.Permission.None)
            ? (Permission)(int)permission
            : throw Refusal.InvalidArgument("role.permissions", "must be permissions that a role can grant");

    private static ImmutableArray<string> ToAssigns(this V1.Role role) =>
        [.. role.Assigns
            .Select(name => name == EveryRole ? RoleDefinition.AnyRole : RoleName.Parse(name, "role.assigns").RoleId)
            .Distinct()];

    private static ImmutableArray<ScopeKind> ToScopeKinds(this V1.Role role) =>
        [.. role.ScopeKinds.Distinct().Order().Select(kind => System.Enum.IsDefined(kind) && kind != V1.ScopeKind.Unspecified
            ? (ScopeKind)(int)kind
            : throw Refusal.InvalidArgument("role.scope_kinds", "must be kinds of scope that this service knows"))];
}

/// <summary>The fields of a role that can be changed.</summary>
internal static class RoleFields
{
    public const string DisplayName = "display_name";
    public const string Description = "description";
    public const string Permissions = "permissions";
    public const string Assigns = "assigns";
    public const string ScopeKinds = "scope_kinds";

    private static readonly string[] Known = [DisplayName, Description, Permissions, Assigns, ScopeKinds];

    /// <exception cref="EntitlementException">The mask names none, or something else.</exception>
    public static IReadOnlyCollection<string> Parse(FieldMask? mask) =>
        mask is { Paths.Count: > 0 } && mask.Paths.All(Known.Contains)
            ? mask.Paths
            : throw Refusal.InvalidArgument("update_mask", $"must name at least one of {string.Join(", ", Known)}, and nothing else");
}
