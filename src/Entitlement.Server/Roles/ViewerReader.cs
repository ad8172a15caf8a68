using Entitlement.Domain.Access;
using Entitlement.Domain.Errors;
using Entitlement.Domain.Names;
using Entitlement.Server.Access;
using Entitlement.Server.Paging;
using Entitlement.Storage;
using Entitlement.Storage.Queries;
using Entitlement.V1;
using Microsoft.EntityFrameworkCore;
using Permission = Entitlement.Domain.Access.Permission;

namespace Entitlement.Server.Roles;

/// <summary>Tells which people of an organisation see a license, and why.</summary>
internal sealed class ViewerReader(EntitlementDbContext db, AccessReader reader, AccessDecider access, TimeProvider clock)
{
    /// <exception cref="EntitlementException"><see cref="FailureReason.NotFound"/>.</exception>
    public async Task<ListLicenseViewersResponse> ListAsync(
        LicenseName license, ListLicenseViewersRequest request, Caller caller, CancellationToken cancellationToken)
    {
        var page = PageRequest.Parse(request.PageSize, request.PageToken, $"{license}/viewers");
        if (!await db.IsHeldAsync(license, cancellationToken))
        {
            throw Refusal.NotFound($"{license}");
        }

        var line = (await db.ListAncestorsAsync(license.AccountId, cancellationToken)).Select(row => row.AncestorId).ToList();
        var held = await access.HeldInAsync(caller, line, cancellationToken);
        var own = line.Where(account => held.Holds(Permission.LicenseSetVisibility, new AccountName(account))).ToList();
        var giving = await ListGivingAsync(cancellationToken);
        var now = clock.GetUtcNow();
        Guid[] above = [Guid.Empty, .. line];
        var open = await ListOpenAsync(license, cancellationToken);
        var live = db.RoleAssignments.Where(one => giving.Contains(one.RoleId) && (one.ExpireTime == null || one.ExpireTime > now));
        var reached = live
            .Where(one => one.ScopeId == license.LicenseId || above.Contains(one.ScopeId))
            .Select(one => one.SubjectId);
        var direct = live
            .Where(one => one.ScopeId == license.LicenseId && one.SubjectKind == PrincipalKind.User)
            .Select(one => one.SubjectId);
        var rows = await db.Users
            .Where(user => user.Id > page.After)
            .Where(user => db.Memberships.Any(one => one.UserId == user.Id && own.Contains(one.AccountId)))
            .OrderBy(user => user.Id)
            .Take(page.Probe)
            .Select(user => new
            {
                user.Id,
                user.DisplayName,
                CanSee = user.IsEnabled
                    && (reached.Contains(user.Id)
                        || db.GroupMembers.Any(one => one.PrincipalId == user.Id && reached.Contains(one.GroupId))
                        || db.Memberships.Any(one => one.UserId == user.Id && open.Contains(one.AccountId))),
                Direct = direct.Contains(user.Id),
            })
            .ToListAsync(cancellationToken);
        var (shown, next) = page.Cut(rows, row => row.Id);
        return new ListLicenseViewersResponse
        {
            Viewers =
            {
                shown.Select(row => new ListLicenseViewersResponse.Types.Viewer
                {
                    User = $"{new UserName(row.Id)}",
                    DisplayName = row.DisplayName,
                    CanSee = row.CanSee,
                    CanBeHidden = row.Direct,
                }),
            },
            NextPageToken = next,
        };
    }

    /// <summary>A role by which a person sees a license from somewhere else than the license itself.</summary>
    /// <returns>Null when there is none.</returns>
    public async Task<RoleName?> FindInheritedAsync(
        LicenseName license, Guid user, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var facts = await reader.ReadAsync(user, [license.AccountId], [license.LicenseId], cancellationToken);
        var target = AccessTarget.License(license.AccountId, license.LicenseId);
        return facts.ViewOf(target).RolesOn(target, now)
            .Where(one => one.Role?.Permissions.Contains(Permission.LicenseRead) == true)
            .Where(one => one.IsInherited || one.GroupId is not null)
            .Select(one => (RoleName?)new RoleName(one.Grant.RoleId))
            .FirstOrDefault();
    }

    private async Task<List<string>> ListGivingAsync(CancellationToken cancellationToken) =>
        [.. (await db.ReadRolesAsync(cancellationToken)).Roles.Values
            .Where(role => role.Permissions.Contains(Permission.LicenseRead))
            .Select(role => role.Id)];

    /// <summary>The license's account, if its policy shows the license to all members.</summary>
    private async Task<Guid[]> ListOpenAsync(LicenseName license, CancellationToken cancellationToken)
    {
        var account = await db.Accounts
            .Where(one => one.Id == license.AccountId)
            .Select(one => new { one.Policy, one.SuperviseTime })
            .SingleAsync(cancellationToken);
        return RoleBook.PermissionsOf(account.Policy, account.SuperviseTime is not null).Contains(Permission.LicenseRead)
            ? [license.AccountId]
            : [];
    }
}
