using Entitlement.Domain.Names;

namespace Entitlement.Domain.Access;

/// <summary>
/// A role that was made here, as it is stored; those that come with the service are <see cref="BuiltInRoles"/>. Lists are texts
/// of names with a space between, because a role is read as a whole and nothing asks for one of them.
/// </summary>
public sealed class Role
{
    /// <summary>The role of those who may do everything.</summary>
    public const string SystemAdministrator = "system-administrator";

    /// <summary>Longest list of permissions, or of roles that a holder may assign, as a text.</summary>
    public const int MaxListLength = 4_000;

    /// <summary>Longest description.</summary>
    public const int MaxDescriptionLength = 1_000;

    private Role()
    {
    }

    /// <summary>Such as <c>auditor</c>.</summary>
    public string Id { get; private init; } = "";

    public string DisplayName { get; private set; } = "";

    public string Description { get; private set; } = "";

    /// <summary>Names of permissions, with all that these need.</summary>
    public string Permissions { get; private set; } = "";

    /// <summary>Ids of the roles that a holder may assign.</summary>
    public string Assigns { get; private set; } = "";

    /// <summary>The kinds of scope on which it may be assigned.</summary>
    public string ScopeKinds { get; private set; } = "";

    /// <summary>Raised by every change, and guards the row.</summary>
    public int Revision { get; private set; }

    public DateTimeOffset CreateTime { get; private init; }

    /// <summary>Of a definition that <see cref="RoleEditRule"/> allows.</summary>
    public static Role Create(RoleDefinition definition, DateTimeOffset now)
    {
        var role = new Role { Id = definition.Id, CreateTime = now };
        role.Set(definition);
        return role;
    }

    /// <inheritdoc cref="Create"/>
    public void Change(RoleDefinition definition)
    {
        Set(definition);
        Revision++;
    }

    /// <summary>A permission that this release does not know, because a later one wrote it, grants nothing here.</summary>
    public RoleDefinition ToDefinition() => new(
        Id,
        DisplayName,
        Description,
        PermissionSet.FromNames(Words(Permissions), out _),
        [.. Words(Assigns)],
        [.. Words(ScopeKinds).Select(word => Enum.Parse<ScopeKind>(word))]);

    private void Set(RoleDefinition definition)
    {
        DisplayName = Text.DisplayName(definition.DisplayName, "role.display_name");
        Description = Text.Require(definition.Description, "role.description", 0, MaxDescriptionLength);
        Permissions = $"{definition.Permissions}";
        Assigns = string.Join(' ', definition.Assigns);
        ScopeKinds = string.Join(' ', definition.ScopeKinds);
    }

    private static string[] Words(string text) => text.Split(' ', StringSplitOptions.RemoveEmptyEntries);
}
