using Entitlement.Domain.Access;

namespace Entitlement.Server.Access;

/// <summary>Everything on which a caller holds a permission, in a form that a query can filter by.</summary>
/// <param name="Everything">Whether it holds it on the whole system; then the rest is of no interest.</param>
/// <param name="Trees">Accounts on which it holds it with all below them.</param>
/// <param name="Accounts">Accounts on which it holds it alone, by their policy.</param>
/// <param name="Things">Ids of products, licenses, projects, waves and batches on which it holds it, with what is in them.</param>
internal sealed record AccessReach(
    bool Everything, IReadOnlyCollection<Guid> Trees, IReadOnlyCollection<Guid> Accounts, IReadOnlyCollection<Guid> Things)
{
    public static readonly AccessReach All = new(Everything: true, [], [], []);

    /// <param name="facts">All that the caller holds, with its own accounts.</param>
    /// <param name="permission">Which permission.</param>
    /// <param name="now">The moment.</param>
    public static AccessReach Of(AccessFacts facts, Permission permission, DateTimeOffset now)
    {
        if (!facts.Principal.IsEnabled)
        {
            return new AccessReach(Everything: false, [], [], []);
        }

        var giving = facts.Grants
            .Where(one => one.Grant.IsHeld(now) && facts.Roles.Find(one.Grant.RoleId)?.Permissions.Contains(permission) == true)
            .ToLookup(one => one.Kind, one => one.Grant.ScopeId);
        var byPolicy = facts.Principal.AccountIds
            .Where(account => facts.Decide(permission, AccessTarget.Account(account), now).Source == AccessSource.Policy);
        return new AccessReach(
            giving.Contains(ScopeKind.System),
            [.. giving[ScopeKind.Account]],
            [.. byPolicy],
            [
                .. giving[ScopeKind.Product],
                .. giving[ScopeKind.License],
                .. giving[ScopeKind.Project],
                .. giving[ScopeKind.Wave],
                .. giving[ScopeKind.Batch],
            ]);
    }
}
