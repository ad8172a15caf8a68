using System.Collections.Immutable;

namespace Entitlement.Domain.Access;

/// <summary>Whom somebody who is refused should ask.</summary>
/// <param name="AccountId">The account where they manage access.</param>
/// <param name="People">Users, at least one.</param>
public sealed record RefusalContact(Guid AccountId, ImmutableArray<Guid> People);

/// <summary>
/// What a refusal may say. It depends on the caller and the account named, never on whether the thing exists: members
/// of the account, and of those above and below it, learn whom to ask; everybody else gets the answer for a missing
/// thing.
/// </summary>
public static class RefusalRule
{
    /// <summary>
    /// Which of the caller's accounts is the nearest of those that lie on one line with the named one.
    /// </summary>
    /// <param name="named">The named account and those above it; empty where there is no such account.</param>
    /// <param name="own">Each account of the caller with those above it.</param>
    /// <returns>That one with those above it; null when none lies on one line. Of two as near, the one above.</returns>
    public static ImmutableArray<Guid>? FindLine(ImmutableArray<Guid> named, IEnumerable<ImmutableArray<Guid>> own) =>
        own
            .Where(line => !line.IsEmpty && !named.IsEmpty)
            .Select(line => (Line: line, Above: named.IndexOf(line[0]), Below: line.IndexOf(named[0])))
            .Where(one => one.Above >= 0 || one.Below >= 0)
            .OrderBy(one => Math.Max(one.Above, one.Below))
            .ThenByDescending(one => one.Above)
            .Select(one => (ImmutableArray<Guid>?)one.Line)
            .FirstOrDefault();

    /// <summary>
    /// Whether the caller is told that a permission is missing; otherwise it gets the answer for a missing thing.
    /// </summary>
    /// <param name="view">The caller's; without accounts where the named one does not exist.</param>
    /// <param name="target">What the caller named.</param>
    /// <param name="isOnLine">Whether <see cref="FindLine"/> found something.</param>
    /// <param name="now">The moment.</param>
    public static bool MayKnow(AccessView view, in AccessTarget target, bool isOnLine, DateTimeOffset now) =>
        isOnLine
        || (target.Kind == ScopeKind.System && (target.PersonId == Guid.Empty || target.PersonId == view.Principal.Id))
        || view.RolesOn(target, now).Any(
            held => held.Scope.Kind is ScopeKind.System or ScopeKind.Account or ScopeKind.Product);

    /// <summary>
    /// The first account of a line, from its beginning upwards, where somebody manages access by assignment.
    /// </summary>
    /// <param name="line">
    /// With what is assigned on the accounts themselves, at least of the roles that manage access.
    /// </param>
    /// <param name="roles">All roles.</param>
    /// <param name="peopleOf">The enabled users behind the holder of a role: itself, or who is in the group.</param>
    /// <param name="now">The moment.</param>
    /// <returns>Null when nobody does up to the top: then system administrators are to be asked.</returns>
    public static RefusalContact? FindContact(
        IEnumerable<AccountSnapshot> line, RoleBook roles, Func<Guid, IEnumerable<Guid>> peopleOf, DateTimeOffset now)
    {
        foreach (var account in line)
        {
            var people = Managers(account, roles, now).SelectMany(peopleOf).Distinct().ToImmutableArray();
            if (!people.IsEmpty)
            {
                return new RefusalContact(account.Id, people);
            }
        }

        return null;
    }

    private static List<Guid> Managers(AccountSnapshot account, RoleBook roles, DateTimeOffset now)
    {
        var managers = new List<Guid>();
        foreach (ref readonly var grant in account.Grants.Grants)
        {
            if (grant.ScopeId == account.Id
                && grant.IsHeld(now)
                && roles.Find(grant.RoleId) is { NamedInRefusals: true } role
                && role.Permissions.Contains(Permission.AccessManage))
            {
                managers.Add(grant.SubjectId);
            }
        }

        return managers;
    }
}
