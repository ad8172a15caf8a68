using Entitlement.Domain.Access;
using Entitlement.Domain.Names;

namespace Entitlement.Server.Access;

/// <summary>What a caller holds in some accounts, read once for the many rows of a list.</summary>
/// <param name="facts">Null for a caller who may do everything.</param>
/// <param name="now">The moment of all decisions.</param>
internal sealed class HeldAccess(AccessFacts? facts, DateTimeOffset now)
{
    public bool Holds(Permission permission, AccountName account) =>
        facts is null || facts.Decide(permission, AccessTarget.Account(account.AccountId), now).IsAllowed;

    public bool Holds(Permission permission, LicenseName license) =>
        facts is null || facts.Decide(permission, AccessTarget.License(license.AccountId, license.LicenseId), now).IsAllowed;

    /// <summary>The licenses of an account on which it is held by a role on the very license.</summary>
    public IReadOnlyList<Guid> LicensesHeld(Permission permission, AccountName account) => facts is null
        ? []
        : [.. facts.Grants
            .Where(one => one.Kind == ScopeKind.License && one.AccountId == account.AccountId)
            .Select(one => one.Grant.ScopeId)
            .Distinct()
            .Where(license => Holds(permission, new LicenseName(account.AccountId, license)))];
}
