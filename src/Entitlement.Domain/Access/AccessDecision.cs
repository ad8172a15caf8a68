namespace Entitlement.Domain.Access;

/// <summary>Why something is allowed or not.</summary>
public enum AccessSource
{
    /// <summary>Nothing allows it.</summary>
    Nothing = 0,

    /// <summary>The principal is switched off, whatever it holds.</summary>
    SwitchedOff = 1,

    /// <summary>A role assignment allows it.</summary>
    Assignment = 2,

    /// <summary>The policy of the account allows it to its members.</summary>
    Policy = 3,

    /// <summary>It is about one's own person.</summary>
    OwnPerson = 4,
}

/// <summary>Whether something is allowed, and by what.</summary>
/// <param name="Source">Why.</param>
/// <param name="Grant">What allows it, where <see cref="Source"/> is an assignment.</param>
public readonly record struct AccessDecision(AccessSource Source, Grant Grant = default)
{
    public bool IsAllowed => Source is AccessSource.Assignment or AccessSource.Policy or AccessSource.OwnPerson;
}

/// <summary>A role that somebody holds on a scope.</summary>
/// <param name="Grant">The assignment.</param>
/// <param name="Scope">On what.</param>
/// <param name="Role">Which role; null for one that is not known any more.</param>
/// <param name="GroupId">The group through which it is held; null for one's own.</param>
/// <param name="IsInherited">Whether it is held on something above what was asked about.</param>
public sealed record HeldRole(Grant Grant, Scope Scope, RoleDefinition? Role, Guid? GroupId, bool IsInherited);

/// <summary>All that speaks for a decision, and what would.</summary>
/// <param name="Permission">What was asked for.</param>
/// <param name="Decision">As it is made.</param>
/// <param name="Giving">Every role that gives it now, the nearest first.</param>
/// <param name="Ended">Roles that gave it until they ended.</param>
/// <param name="Policy">The policy that gives it; null when none does.</param>
/// <param name="Sufficient">
/// When it is not allowed: every role that gives it and could be assigned on the scope itself.
/// </param>
public sealed record AccessExplanation(
    Permission Permission,
    AccessDecision Decision,
    IReadOnlyList<HeldRole> Giving,
    IReadOnlyList<HeldRole> Ended,
    AccountPolicy? Policy,
    IReadOnlyList<RoleDefinition> Sufficient);
