namespace Entitlement.Domain.Access;

/// <content>What is not on the path of every call: everything at once, for lists and explanations.</content>
public sealed partial class AccessView
{
    /// <summary>Everything that gives the permission on the target, and where nothing does, what would.</summary>
    /// <inheritdoc cref="Decide"/>
    public AccessExplanation Explain(Permission permission, in AccessTarget target, DateTimeOffset now)
    {
        var held = AllRoles(target);
        var giving = held
            .Where(one => one.Role is { } role && role.Permissions.Contains(permission))
            .ToLookup(one => one.Grant.IsHeld(now));
        var decision = Decide(permission, target, now);
        return new AccessExplanation(
            permission,
            decision,
            [.. giving[true]],
            [.. giving[false]],
            GivenByPolicy(target).Contains(permission) ? FindOwn(target)!.Policy : null,
            decision.IsAllowed ? [] : Sufficient(permission, target.Kind));
    }

    /// <summary>
    /// Every role that reaches the target now, the nearest first; also those of somebody who is switched off.
    /// </summary>
    public IReadOnlyList<HeldRole> RolesOn(in AccessTarget target, DateTimeOffset now) =>
        [.. AllRoles(target).Where(one => one.Grant.IsHeld(now))];

    /// <summary>All that the principal may do to the target; nothing for one who is switched off.</summary>
    public PermissionSet PermissionsOn(in AccessTarget target, DateTimeOffset now) =>
        PermissionsOn(target, now, _ => true);

    /// <summary>The same as if some roles were not held.</summary>
    /// <param name="target">On what.</param>
    /// <param name="now">The moment.</param>
    /// <param name="counts">Tells which roles are.</param>
    public PermissionSet PermissionsOn(in AccessTarget target, DateTimeOffset now, Func<HeldRole, bool> counts)
    {
        if (!Principal.IsEnabled)
        {
            return PermissionSet.Empty;
        }

        var own = GivenByPolicy(target) | (IsOwn(target) ? BuiltInRoles.OwnPerson : PermissionSet.Empty);
        return RolesOn(target, now)
            .Where(counts)
            .Aggregate(own, (set, one) => set | (one.Role?.Permissions ?? PermissionSet.Empty));
    }

    /// <summary>
    /// Ids of the roles that the principal's roles let it assign on the target, by name; of legacy ones, to take them
    /// away. Whether it holds <c>access.manage</c> there is not asked here.
    /// </summary>
    public IReadOnlyList<RoleDefinition> AssignableOn(in AccessTarget target, DateTimeOffset now)
    {
        var held = RolesOn(target, now);
        return Principal.IsEnabled
            ? [.. Roles.Roles.Values
                .Where(role => held.Any(one => one.Role?.MayAssign(role.Id) == true))
                .OrderBy(role => role.Id, StringComparer.Ordinal)]
            : [];
    }

    /// <summary>Whether it holds, on the whole system, a role that administers it.</summary>
    public bool IsSystemAdministrator(DateTimeOffset now) =>
        Principal.IsEnabled && RolesOn(AccessTarget.System, now).Any(one => one.Role?.AdministersSystem == true);

    private List<HeldRole> AllRoles(in AccessTarget target)
    {
        var found = new List<HeldRole>();
        var walk = new ScopeWalk(this, target);
        while (walk.MoveNext())
        {
            var isInherited = walk.Scope != target.Scope;
            foreach (var grant in walk.Grants.Find(Principal.Id, walk.Scope.Id))
            {
                found.Add(new HeldRole(grant, walk.Scope, Roles.Find(grant.RoleId), GroupId: null, isInherited));
            }

            foreach (var group in Principal.GroupIds)
            {
                foreach (var grant in walk.Grants.Find(group, walk.Scope.Id))
                {
                    found.Add(new HeldRole(grant, walk.Scope, Roles.Find(grant.RoleId), group, isInherited));
                }
            }
        }

        return found;
    }

    private List<RoleDefinition> Sufficient(Permission permission, ScopeKind kind) =>
        [.. Roles.Roles.Values
            .Where(role => !role.IsLegacy && role.ScopeKinds.Contains(kind) && role.Permissions.Contains(permission))
            .OrderBy(role => role.Permissions.Count)
            .ThenBy(role => role.Id, StringComparer.Ordinal)];
}
