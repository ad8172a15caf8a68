using Entitlement.Domain.Access;

namespace Entitlement.Domain.Tests.Access;

/// <summary>
/// Everything about access as plain lists of rows, and the rules of it written straight on them: no index, no snapshot,
/// no bit set, and none of the engine's code but its words. Slow, and short enough to be seen to be right.
/// </summary>
internal sealed class Rows
{
    /// <summary>What lies right above each thing; the system's id is all zeros and nothing is above it.</summary>
    public Dictionary<Guid, Guid> Above { get; } = [];

    public Dictionary<Guid, (AccountPolicy Policy, bool EverSupervised)> Accounts { get; } = [];

    public Dictionary<Guid, (PrincipalKind Kind, bool IsEnabled)> Principals { get; } = [];

    public HashSet<(Guid User, Guid Account)> Members { get; } = [];

    public HashSet<(Guid Group, Guid Principal)> InGroups { get; } = [];

    public List<(Guid Subject, string Role, Guid Scope, DateTimeOffset? Until)> Assignments { get; } = [];

    public Dictionary<string, HashSet<string>> Roles { get; } = [];

    public bool MayDo(Guid principal, string permission, Guid thing, DateTimeOffset now) =>
        Principals[principal].IsEnabled
        && (HasByAssignment(principal, permission, thing, now) || HasByPolicy(principal, permission, thing));

    private bool HasByAssignment(Guid principal, string permission, Guid thing, DateTimeOffset now) =>
        Assignments.Any(row => (row.Subject == principal || InGroups.Contains((row.Subject, principal)))
        && (row.Until is null || row.Until > now)
        && Roles.TryGetValue(row.Role, out var permissions)
        && permissions.Contains(permission)
        && IsAtOrAbove(row.Scope, thing));

    private bool HasByPolicy(Guid principal, string permission, Guid thing)
    {
        var account = AccountOf(thing);
        if (account is not { } own
            || Principals[principal].Kind != PrincipalKind.User
            || !Members.Contains((principal, own))
            || Accounts[own].Policy != AccountPolicy.OpenUntilSupervised)
        {
            return false;
        }

        return Roles["contact"].Contains(permission)
            || (!Accounts[own].EverSupervised
                && (Roles["licensing"].Contains(permission) || Roles["reporting"].Contains(permission)));
    }

    public bool IsAtOrAbove(Guid scope, Guid thing) =>
        scope == thing || (Above.TryGetValue(thing, out var above) && IsAtOrAbove(scope, above));

    private Guid? AccountOf(Guid thing) =>
        Accounts.ContainsKey(thing) ? thing : Above.TryGetValue(thing, out var above) ? AccountOf(above) : null;
}
