using Entitlement.Domain.Access;
using Entitlement.Domain.Errors;
using Entitlement.Domain.Names;
using Entitlement.Server.Access;
using Entitlement.Server.Idempotency;

namespace Entitlement.Server.Roles;

/// <summary>Whether a person sees a license by a role on the very license.</summary>
internal sealed class LicenseVisibility(RoleGiver giver, ViewerReader viewers, LicenseName license, Subject user)
{
    /// <summary>The role of those who work with single licenses.</summary>
    public static readonly RoleName Role = new(BuiltInRoles.All.First(role => role.ScopeKinds.Contains(ScopeKind.License)).Id);

    private ResourcePath Scope => ResourcePath.TryParse($"{license}", out var path) ? path : ResourcePath.System;

    /// <exception cref="EntitlementException">The caller may not, or the person is none of the organisation.</exception>
    public async Task<Outcome> ShowAsync(Change change, Caller caller, CancellationToken cancellationToken)
    {
        await giver.GiveAsync(
            change, caller, Scope, [new WantedRole(user, Role, Until: null)], Permission.LicenseSetVisibility, cancellationToken);
        return new Outcome($"{license}", Existed: false);
    }

    /// <exception cref="EntitlementException">The caller may not, or the person sees it by a role that is not on the license.</exception>
    public async Task<Outcome> HideAsync(Change change, Caller caller, CancellationToken cancellationToken)
    {
        _ = await user.FindAsync(change.Db, cancellationToken);
        if (await viewers.FindInheritedAsync(license, user.Id, change.Now, cancellationToken) is { } elsewhere)
        {
            throw Refusal.RoleNotAllowed(
                elsewhere, $"{license}", "is held on something above the license or through a group, and shows it from there");
        }

        var held = await RoleGiver.ListHeldAsync(change.Db, user, Scope, cancellationToken);
        await giver.TakeAsync(change, caller, Scope, held, Permission.LicenseSetVisibility, cancellationToken);
        return new Outcome($"{license}", Existed: false);
    }
}
