namespace Entitlement.Domain.Access;

/// <summary>Why a role can't be made, changed or deleted, in the order in which they are looked for.</summary>
public enum RoleEditProblem
{
    None = 0,

    /// <summary>The actor lacks <c>role.manage</c>.</summary>
    PermissionMissing = 1,

    /// <summary>It comes with the service.</summary>
    RoleIsBuiltIn = 2,

    /// <summary>Its id is no slug.</summary>
    IdMalformed = 3,

    /// <summary>Nothing could hold it.</summary>
    NoScopeKinds = 4,

    /// <summary>It lists a role that is not known.</summary>
    AssignsUnknown = 5,

    /// <summary>
    /// Only a system administrator may write a role that can be held on the whole system, or that assigns any role.
    /// </summary>
    SystemAdministratorsOnly = 6,

    /// <summary>The actor lacks a permission that the role is to gain.</summary>
    PermissionNotHeld = 7,

    /// <summary>The actor could not assign a role that the role's holders are to assign.</summary>
    AssignsNotAssignable = 8,

    /// <summary>The actor could not assign the role to those who hold it.</summary>
    RoleNotAssignable = 9,
}

/// <summary>Whether a role may be written.</summary>
/// <param name="Problem">Why not.</param>
/// <param name="Permission">The permission that it is about; null where it is about none.</param>
/// <param name="RoleId">The listed role that it is about; null where it is about none.</param>
public sealed record RoleEditVerdict(RoleEditProblem Problem, Permission? Permission = null, string? RoleId = null)
{
    public static RoleEditVerdict Allowed { get; } = new(RoleEditProblem.None);

    public bool IsAllowed => Problem == RoleEditProblem.None;
}

/// <summary>
/// Who may write roles. To edit a role is to assign what it says to everybody who holds it, anywhere; so the actor must
/// hold on the whole system what the role gains, and be able to assign there what its holders come to assign, and the
/// role itself.
/// </summary>
public static class RoleEditRule
{
    /// <param name="actor">The actor's view of the system.</param>
    /// <param name="before">The role as it stands; null for one to be made.</param>
    /// <param name="after">As it is to stand, its permissions closed; null to delete it.</param>
    /// <param name="now">The moment.</param>
    public static RoleEditVerdict Check(
        AccessView actor, RoleDefinition? before, RoleDefinition? after, DateTimeOffset now)
    {
        if (!actor.Decide(Permission.RoleManage, AccessTarget.System, now).IsAllowed)
        {
            return new RoleEditVerdict(RoleEditProblem.PermissionMissing, Permission.RoleManage);
        }

        if (before?.IsBuiltIn == true || BuiltInRoles.All.Any(role => role.Id == after?.Id))
        {
            return new RoleEditVerdict(RoleEditProblem.RoleIsBuiltIn);
        }

        var written = after is null ? RoleEditVerdict.Allowed : CheckText(actor.Roles, after);
        if (!written.IsAllowed || actor.IsSystemAdministrator(now))
        {
            return written;
        }

        return IsForAdministrators(before) || IsForAdministrators(after)
            ? new RoleEditVerdict(RoleEditProblem.SystemAdministratorsOnly)
            : CheckGain(actor, before, after, now);
    }

    private static RoleEditVerdict CheckText(RoleBook roles, RoleDefinition after)
    {
        if (!RoleBook.IsRoleId(after.Id))
        {
            return new RoleEditVerdict(RoleEditProblem.IdMalformed);
        }

        if (after.ScopeKinds.IsDefaultOrEmpty)
        {
            return new RoleEditVerdict(RoleEditProblem.NoScopeKinds);
        }

        var unknown = after.Assigns.FirstOrDefault(
            role => role != RoleDefinition.AnyRole && role != after.Id && roles.Find(role) is null);
        return unknown is null
            ? RoleEditVerdict.Allowed
            : new RoleEditVerdict(RoleEditProblem.AssignsUnknown, RoleId: unknown);
    }

    private static bool IsForAdministrators(RoleDefinition? role) =>
        role is not null
        && (role.ScopeKinds.Contains(ScopeKind.System) || role.Assigns.Contains(RoleDefinition.AnyRole));

    private static RoleEditVerdict CheckGain(
        AccessView actor, RoleDefinition? before, RoleDefinition? after, DateTimeOffset now)
    {
        var gained = (after?.Permissions ?? PermissionSet.Empty).Except(before?.Permissions ?? PermissionSet.Empty);
        var lacking = gained.Except(actor.PermissionsOn(AccessTarget.System, now));
        if (!lacking.IsEmpty)
        {
            return new RoleEditVerdict(RoleEditProblem.PermissionNotHeld, lacking.ToList()[0]);
        }

        var assignable = actor.AssignableOn(AccessTarget.System, now).Select(role => role.Id).ToHashSet();
        var foreign = after?.Assigns.Except(before?.Assigns ?? []).FirstOrDefault(role => !assignable.Contains(role));
        if (foreign is not null)
        {
            return new RoleEditVerdict(RoleEditProblem.AssignsNotAssignable, RoleId: foreign);
        }

        return before is null || assignable.Contains(before.Id)
            ? RoleEditVerdict.Allowed
            : new RoleEditVerdict(RoleEditProblem.RoleNotAssignable, RoleId: before.Id);
    }
}
