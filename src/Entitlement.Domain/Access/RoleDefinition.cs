using System.Collections.Immutable;

namespace Entitlement.Domain.Access;

/// <summary>A named set of permissions, and what it says about itself.</summary>
/// <param name="Id">A slug: <see cref="RoleBook.IsRoleId"/>.</param>
/// <param name="DisplayName">What people call it.</param>
/// <param name="Description">What its holder can do.</param>
/// <param name="Permissions">Closed: with all that these need.</param>
/// <param name="Assigns">
/// Ids of the roles that its holder may assign and take away, where the holder holds <c>access.manage</c> too;
/// <see cref="AnyRole"/> for all.
/// </param>
/// <param name="ScopeKinds">On what it may be assigned; at least one.</param>
public sealed record RoleDefinition(
    string Id,
    string DisplayName,
    string Description,
    PermissionSet Permissions,
    ImmutableArray<string> Assigns,
    ImmutableArray<ScopeKind> ScopeKinds)
{
    public const string AnyRole = "*";

    /// <summary>Whether it comes with the service, and nobody can change it.</summary>
    public bool IsBuiltIn { get; init; }

    /// <summary>
    /// The role to hold instead of this one, which reads, grants nothing and can't be assigned anew; null for all
    /// others.
    /// </summary>
    public string? Successor { get; init; }

    public bool IsLegacy => Successor is not null;

    /// <summary>Whether an account where it is assigned is supervised from then on, for good.</summary>
    public bool Supervises { get; init; }

    /// <summary>Whether its holder is a system administrator, of whom the last can't go.</summary>
    public bool AdministersSystem { get; init; }

    /// <summary>Whether people of an account can't hold it, only those of the system.</summary>
    public bool SystemUsersOnly { get; init; }

    /// <summary>Whether who is refused is sent to its holders, as far as these manage access.</summary>
    public bool NamedInRefusals { get; init; } = true;

    /// <summary>
    /// Whether it is of use on the whole system only; such a role is assigned and written by system administrators
    /// alone.
    /// </summary>
    public bool IsOfSystem => AdministersSystem || ScopeKinds is [ScopeKind.System];

    public bool MayAssign(string roleId) => Assigns.Contains(roleId) || Assigns.Contains(AnyRole);
}
