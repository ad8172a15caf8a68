using Entitlement.Domain.Access;
using Entitlement.Server.Access.Cache;

namespace Entitlement.Server.Access.Answers;

/// <summary>What is known about one principal and the resources that were asked about.</summary>
/// <param name="Version">The version of the clock of access at which it is true.</param>
/// <param name="Known">About the principal, and the people among the resources.</param>
/// <param name="Resources">As they were named.</param>
/// <param name="Paths">The same, understood.</param>
internal sealed record Answer(
    long Version, KnownFacts Known, IReadOnlyList<AskedResource> Resources, IReadOnlyList<ResourcePath> Paths)
{
    /// <summary>What is known about who asks; null for a caller about whom nothing is kept.</summary>
    public Answer? Asker { get; init; }

    public AccessFacts Facts => Known.Facts;

    public string Token => ConsistencyToken.Of(Version);

    /// <summary>Whether the principal asks about itself.</summary>
    public bool IsOwn => Asker?.Facts.Principal.Id == Facts.Principal.Id;

    /// <summary>Whether the principal may do it to a resource, by its place.</summary>
    public bool IsAllowed(int resource, Permission permission, DateTimeOffset now) =>
        Views(resource, permission).Any(one => one.View.Decide(permission, one.Target, now).IsAllowed);

    public PermissionSet PermissionsOn(int resource, DateTimeOffset now) => Views(resource)
        .Aggregate(PermissionSet.Empty, (set, one) => set | one.View.PermissionsOn(one.Target, now))
        | Views(resource, Permission.UserRead)
            .Where(one => one.View.Decide(Permission.UserRead, one.Target, now).IsAllowed)
            .Aggregate(PermissionSet.Empty, (set, _) => set | PermissionSet.Of(Permission.UserRead));

    /// <summary>
    /// What decides about a resource: one target, but for a person who is seen by each of several accounts.
    /// </summary>
    public IEnumerable<(AccessView View, AccessTarget Target)> Views(
        int resource, Permission permission = Permission.None)
    {
        var path = Paths[resource];
        var targets = path.UserId is { } id && Known.People[id] is var person
            ? AccessDecider.TargetsOf(id, person.Accounts, person.IsOfSystem, permission.ToMessage())
            : [AccessTarget.Of(path.Scopes)];
        return targets.Select(target => (Facts.ViewOf(target), target));
    }
}
