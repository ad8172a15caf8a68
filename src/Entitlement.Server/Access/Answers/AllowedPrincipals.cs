using Entitlement.Domain.Access;
using Entitlement.Domain.Errors;
using Entitlement.Domain.Names;
using Entitlement.Server.Access.Cache;
using Entitlement.Server.Paging;
using Entitlement.Storage;
using Entitlement.Storage.Access;
using Entitlement.V1;
using Microsoft.EntityFrameworkCore;
using Permission = Entitlement.Domain.Access.Permission;
using UserScope = Entitlement.Domain.People.UserScope;

namespace Entitlement.Server.Access.Answers;

/// <summary>
/// Lists who may do something, by queries that ask of everybody what a decision asks of one: the roles that give it,
/// assigned on the resource or above it, to themselves or to a group; the account's policy; the own person.
/// </summary>
internal sealed class AllowedPrincipals(IDbContextFactory<EntitlementDbContext> contexts)
{
    /// <summary>Whether users or service accounts, and the last of them.</summary>
    private const int PositionLength = 1 + 16;

    public async Task<ListPrincipalsResponse> ListAsync(
        ListPrincipalsRequest request, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var permission = request.Permission.ToDomain("permission");
        if (!ResourcePath.TryParse(request.Resource, out var path))
        {
            throw Refusal.InvalidArgument("resource", "must be a resource name, or empty");
        }

        var page = PageRequest.Parse(
            request.PageSize, request.PageToken, $"principals {permission} {request.Resource}", PositionLength);
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var version = await db.ReadVersionAsync(cancellationToken);
        var reach = await ReachAsync(db, permission, path, cancellationToken);
        var rows = await ReadAsync(db, reach, page, now, cancellationToken);
        var (shown, next) = page.Cut(rows, row => [(byte)row.Kind, .. row.Id.ToByteArray(bigEndian: true)]);
        return new ListPrincipalsResponse
        {
            Principals =
            {
                shown.Select(row => new AllowedPrincipal { Principal = row.Name, DisplayName = row.DisplayName }),
            },
            NextPageToken = next,
            ConsistencyToken = ConsistencyToken.Of(version),
        };
    }

    private static async Task<Reach> ReachAsync(
        EntitlementDbContext db, Permission permission, ResourcePath path, CancellationToken cancellationToken)
    {
        var accounts = path.UserId is { } person
            ? await db.Memberships
                .Where(one => one.UserId == person)
                .Select(one => one.AccountId)
                .ToListAsync(cancellationToken)
            : path.AccountId is { } own ? [own] : [];

        // As a decision has it: each account sees its members, and for the rest somebody with several, or who may hold roles
        // on the whole system, is the system's.
        if (path.UserId is { } whole
            && permission != Permission.UserRead
            && (accounts.Count > 1
                || await db.Users.AnyAsync(
                    one => one.Id == whole && one.Scope == UserScope.System, cancellationToken)))
        {
            accounts = [];
        }

        var line = await db.AccountAncestors
            .Where(row => accounts.Contains(row.AccountId))
            .Select(row => row.AncestorId)
            .Distinct()
            .ToListAsync(cancellationToken);
        var open = (await db.Accounts
                .Where(one => accounts.Contains(one.Id))
                .Select(one => new { one.Id, one.Policy, EverSupervised = one.SuperviseTime != null })
                .ToListAsync(cancellationToken))
            .Where(one => RoleBook.PermissionsOf(one.Policy, one.EverSupervised).Contains(permission))
            .Select(one => one.Id)
            .ToList();
        var roles = await db.ReadRolesAsync(cancellationToken);
        return new Reach(
            [Guid.Empty, .. path.Scopes.Select(scope => scope.Id), .. line],
            [.. roles.Roles.Values.Where(role => role.Permissions.Contains(permission)).Select(role => role.Id)],
            open,
            BuiltInRoles.OwnPerson.Contains(permission) ? path.UserId ?? Guid.Empty : Guid.Empty);
    }

    private static async Task<List<Row>> ReadAsync(
        EntitlementDbContext db, Reach reach, PageRequest page, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var kind = (PrincipalKind)page.Position.Span[0];
        var after = new Guid(page.Position.Span[1..], bigEndian: true);
        var subjects = db.RoleAssignments
            .Where(one => reach.Scopes.Contains(one.ScopeId) && reach.Roles.Contains(one.RoleId))
            .Where(one => one.ExpireTime == null || one.ExpireTime > now)
            .Select(one => one.SubjectId);
        var rows = new List<Row>();
        if (kind != PrincipalKind.ServiceAccount)
        {
            var users = await db.Users
                .Where(user => user.IsEnabled && user.Id > after)
                .Where(user => user.Id == reach.OwnPerson
                    || subjects.Contains(user.Id)
                    || db.GroupMembers.Any(one => one.PrincipalId == user.Id && subjects.Contains(one.GroupId))
                    || db.Memberships.Any(one => one.UserId == user.Id && reach.OpenAccounts.Contains(one.AccountId)))
                .OrderBy(user => user.Id)
                .Take(page.Probe)
                .Select(user => new { user.Id, user.DisplayName })
                .ToListAsync(cancellationToken);
            rows.AddRange(users.Select(user =>
                new Row(PrincipalKind.User, user.Id, $"{new UserName(user.Id)}", user.DisplayName)));
            after = Guid.Empty;
        }

        if (rows.Count < page.Probe)
        {
            var accounts = await db.ServiceAccounts
                .Where(one => one.IsEnabled && one.Id > after)
                .Where(one => subjects.Contains(one.Id)
                    || db.GroupMembers.Any(member => member.PrincipalId == one.Id && subjects.Contains(member.GroupId)))
                .OrderBy(one => one.Id)
                .Take(page.Probe - rows.Count)
                .ToListAsync(cancellationToken);
            rows.AddRange(accounts.Select(one =>
                new Row(PrincipalKind.ServiceAccount, one.Id, $"{one.Name}", one.DisplayName)));
        }

        return rows;
    }

    /// <param name="Scopes">The resource's own and all above it.</param>
    /// <param name="Roles">Those that give the permission.</param>
    /// <param name="OpenAccounts">Accounts whose policy gives it to their members.</param>
    /// <param name="OwnPerson">Who may do it to themselves; the nil UUID for nobody.</param>
    private sealed record Reach(List<Guid> Scopes, List<string> Roles, List<Guid> OpenAccounts, Guid OwnPerson);

    private sealed record Row(PrincipalKind Kind, Guid Id, string Name, string DisplayName);
}
