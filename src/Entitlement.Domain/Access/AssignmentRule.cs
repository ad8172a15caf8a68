using System.Collections.Immutable;

namespace Entitlement.Domain.Access;

/// <summary>Why a role can't be assigned or taken away, in the order in which they are looked for.</summary>
public enum AssignmentProblem
{
    None = 0,

    /// <summary>The actor lacks the permission to assign anything there.</summary>
    PermissionMissing = 1,

    /// <summary>No role of the actor there, or above, may assign it.</summary>
    RoleNotAssignable = 2,

    /// <summary>Only a system administrator may assign it, or assign anything on the whole system.</summary>
    SystemAdministratorsOnly = 3,

    /// <summary>There is no such role.</summary>
    RoleUnknown = 4,

    /// <summary>It is kept for those who have it, and can't be newly assigned.</summary>
    RoleIsLegacy = 5,

    /// <summary>It can't be held on this kind of thing.</summary>
    ScopeKindNotAllowed = 6,

    /// <summary>People of an account can't hold it.</summary>
    SystemUsersOnly = 7,

    /// <summary>The one who is to hold it belongs neither to the account nor to one above it.</summary>
    SubjectElsewhere = 8,

    /// <summary>It would end before it begins.</summary>
    EndsInThePast = 9,
}

/// <summary>Whether a role may be assigned or taken away.</summary>
/// <param name="Problem">Why not.</param>
/// <param name="RoleId">Which role it is about.</param>
/// <param name="Scope">On what.</param>
/// <param name="Missing">The permission that is missing; null where it is not about one.</param>
public sealed record AssignmentVerdict(
    AssignmentProblem Problem, string RoleId, Scope Scope, Permission? Missing = null)
{
    public bool IsAllowed => Problem == AssignmentProblem.None;
}

/// <summary>Who is to hold a role.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Kind">What it is.</param>
/// <param name="IsOfSystem">Whether it belongs to the system, and so may hold roles anywhere.</param>
/// <param name="AccountIds">
/// The accounts to which it belongs: a user's memberships, or the one of a service account or group.
/// </param>
public sealed record AssignmentSubject(Guid Id, PrincipalKind Kind, bool IsOfSystem, ImmutableArray<Guid> AccountIds)
{
    /// <summary>Those in a group: what is assigned to it, is assigned to each of them.</summary>
    public ImmutableArray<AssignmentSubject> Members { get; init; } = [];

    /// <summary>Whether it, and everybody in it, belongs to the system.</summary>
    public bool IsWhollyOfSystem => IsOfSystem && Members.All(member => member.IsOfSystem);

    public static AssignmentSubject Of(PrincipalSnapshot principal) =>
        new(principal.Id, principal.Kind, principal.IsOfSystem, principal.AccountIds);
}

/// <summary>
/// One assignment as it is to be made or taken away; joining a group is one for each role that the group holds.
/// </summary>
/// <param name="View">The actor's, with the accounts or the product of the target.</param>
/// <param name="Target">On what.</param>
/// <param name="RoleId">Which role.</param>
public sealed record AssignmentStep(AccessView View, AccessTarget Target, string RoleId);

/// <summary>
/// Who may give what. Assigning, taking away, adding to a group and editing a role are one act with one check: the
/// actor needs the permission on the scope, and one of its roles there or above lists the role.
/// </summary>
public static class AssignmentRule
{
    /// <param name="step">What is to be assigned on what, with the actor's view.</param>
    /// <param name="subject">Who is to hold it.</param>
    /// <param name="until">When it is to end; null for never.</param>
    /// <param name="now">The moment.</param>
    /// <param name="with">
    /// The permission that the actor uses: <c>access.manage</c>, or that of the call which implies the assignment.
    /// </param>
    public static AssignmentVerdict Assign(
        AssignmentStep step,
        AssignmentSubject subject,
        DateTimeOffset? until,
        DateTimeOffset now,
        Permission with = Permission.AccessManage)
    {
        var verdict = Unassign(step, now, with);
        if (!verdict.IsAllowed)
        {
            return verdict;
        }

        var role = step.View.Roles.Find(step.RoleId);
        var problem = role switch
        {
            null => AssignmentProblem.RoleUnknown,
            { IsLegacy: true } => AssignmentProblem.RoleIsLegacy,
            _ when !role.ScopeKinds.Contains(step.Target.Kind) => AssignmentProblem.ScopeKindNotAllowed,
            { SystemUsersOnly: true } when !subject.IsWhollyOfSystem => AssignmentProblem.SystemUsersOnly,
            _ when !MayHold(subject, step) => AssignmentProblem.SubjectElsewhere,
            _ when until <= now => AssignmentProblem.EndsInThePast,
            _ => AssignmentProblem.None,
        };
        return verdict with { Problem = problem };
    }

    /// <summary>Whether the actor may take it away. What could not be assigned today can still be taken away.</summary>
    /// <inheritdoc cref="Assign"/>
    public static AssignmentVerdict Unassign(
        AssignmentStep step, DateTimeOffset now, Permission with = Permission.AccessManage)
    {
        var verdict = new AssignmentVerdict(AssignmentProblem.None, step.RoleId, step.Target.Scope);
        if (!step.View.Decide(with, step.Target, now).IsAllowed)
        {
            return verdict with { Problem = AssignmentProblem.PermissionMissing, Missing = with };
        }

        var role = step.View.Roles.Find(step.RoleId);
        var isOfSystem = step.Target.Kind == ScopeKind.System || role?.IsOfSystem == true;
        return verdict with
        {
            Problem = isOfSystem && !step.View.IsSystemAdministrator(now) ? AssignmentProblem.SystemAdministratorsOnly
                : !Lists(step, now) ? AssignmentProblem.RoleNotAssignable
                : AssignmentProblem.None,
        };
    }

    /// <summary>Whether the actor may add somebody to a group: as if each of the group's roles were assigned.</summary>
    /// <param name="steps">One for each role that the group holds.</param>
    /// <param name="subject">Who is to join.</param>
    /// <param name="now">The moment.</param>
    /// <returns>The first that is refused; null when none is.</returns>
    public static AssignmentVerdict? Join(
        IEnumerable<AssignmentStep> steps, AssignmentSubject subject, DateTimeOffset now) =>
        steps.Select(step => Assign(step, subject, until: null, now)).FirstOrDefault(verdict => !verdict.IsAllowed);

    /// <summary>Whether the actor may take somebody out of a group.</summary>
    /// <inheritdoc cref="Join"/>
    public static AssignmentVerdict? Leave(IEnumerable<AssignmentStep> steps, DateTimeOffset now) =>
        steps.Select(step => Unassign(step, now)).FirstOrDefault(verdict => !verdict.IsAllowed);

    /// <summary>
    /// Whether it may hold something there at all: in the accounts to which it belongs and below them, and on any
    /// product. Asked when a role is assigned, and of the roles in a sub-tree that is moved.
    /// </summary>
    public static bool MayHold(AssignmentSubject subject, AssignmentStep step) =>
        subject.Members.All(member => MayHold(member, step))
        && (subject.IsOfSystem || step.Target.Kind == ScopeKind.Product || IsAtOrBelow(step, subject.AccountIds));

    private static bool IsAtOrBelow(AssignmentStep step, ImmutableArray<Guid> accounts) => step.View.Accounts
        .SkipWhile(account => account.Id != step.Target.AccountId)
        .Any(account => accounts.Contains(account.Id));

    private static bool Lists(AssignmentStep step, DateTimeOffset now) =>
        step.View.RolesOn(step.Target, now).Any(held => held.Role?.MayAssign(step.RoleId) == true);
}
