using Entitlement.Domain.Access;
using Entitlement.Domain.Errors;
using Entitlement.Domain.Names;
using Entitlement.Server.Access;
using Entitlement.Server.Paging;
using Entitlement.Storage;
using Entitlement.V1;
using Microsoft.EntityFrameworkCore;
using Permission = Entitlement.V1.Permission;

namespace Entitlement.Server.Roles;

/// <summary>Tells who holds what.</summary>
internal sealed class HolderReader(EntitlementDbContext db, AccessDecider access)
{
    public async Task<ListRoleAssignmentsResponse> ListAsync(
        ResourcePath scope, ListRoleAssignmentsRequest request, CancellationToken cancellationToken)
    {
        var page = PageRequest.Parse(request.PageSize, request.PageToken, $"{request.Scope}/roleAssignments");
        var rows = await db.RoleAssignments
            .OnOrIn(scope)
            .Where(one => one.Id > page.After)
            .OrderBy(one => one.Id)
            .Take(page.Probe)
            .ToListAsync(cancellationToken);
        var (shown, next) = page.Cut(rows, one => one.Id);
        var names = await ReadNamesAsync(shown.Select(one => (one.SubjectKind, one.SubjectId)), cancellationToken);
        return new ListRoleAssignmentsResponse
        {
            RoleAssignments = { shown.Select(one => one.ToMessage(names[one.SubjectId])) },
            NextPageToken = next,
        };
    }

    /// <exception cref="EntitlementException"><see cref="FailureReason.NotFound"/>: nothing of this person is for the caller.</exception>
    public async Task<GetUserAccessResponse> GetAsync(UserName user, Caller caller, CancellationToken cancellationToken)
    {
        var isOwn = caller is Caller.User self && self.Id == user.UserId;
        if (!isOwn)
        {
            await access.RequireAsync(caller, Permission.UserRead, $"{user}", cancellationToken);
        }

        var reach = isOwn ? AccessReach.All : await access.ReachAsync(caller, Permission.AccessRead, cancellationToken);
        var person = await db.Users.SingleOrDefaultAsync(one => one.Id == user.UserId, cancellationToken)
            ?? throw Refusal.NotFound($"{user}");
        var accounts = await db.Memberships
            .Where(one => one.UserId == user.UserId)
            .Join(db.ReachedAccounts(reach), one => one.AccountId, account => account.Id, (one, _) => one.AccountId)
            .Order()
            .ToListAsync(cancellationToken);
        var groups = await db.GroupMembers
            .Where(one => one.PrincipalId == user.UserId)
            .Join(db.Groups, one => one.GroupId, group => group.Id, (_, group) => group)
            .OrderBy(group => group.Id)
            .ToListAsync(cancellationToken);
        var names = groups.ToDictionary(group => group.Id, group => $"{group.Name}");
        Guid[] subjects = [user.UserId, .. names.Keys];
        var held = await db.ReachedAssignments(reach)
            .Where(one => subjects.Contains(one.SubjectId))
            .OrderBy(one => one.Id)
            .ToListAsync(cancellationToken);
        names.Add(user.UserId, $"{user}");
        var shown = groups.Where(group => reach.Everything || held.Exists(one => one.SubjectId == group.Id));
        return new GetUserAccessResponse
        {
            Accounts = { accounts.Select(account => $"{new AccountName(account)}") },
            PrimaryAccount = person.PrimaryAccountId is { } primary && accounts.Contains(primary) ? $"{new AccountName(primary)}" : "",
            Groups = { shown.Select(group => names[group.Id]) },
            Held =
            {
                held.Select(one => new GetUserAccessResponse.Types.HeldAssignment
                {
                    RoleAssignment = one.ToMessage(names[one.SubjectId]),
                    Group = one.SubjectId == user.UserId ? "" : names[one.SubjectId],
                }),
            },
        };
    }

    /// <summary>What holders are called. One that is gone is called by its id alone.</summary>
    private async Task<Dictionary<Guid, string>> ReadNamesAsync(
        IEnumerable<(PrincipalKind Kind, Guid Id)> holders, CancellationToken cancellationToken)
    {
        var byKind = holders.Distinct().ToLookup(one => one.Kind, one => one.Id);
        var names = byKind[PrincipalKind.User].ToDictionary(id => id, id => $"{new UserName(id)}");
        Guid[] groups = [.. byKind[PrincipalKind.Group]];
        Guid[] accounts = [.. byKind[PrincipalKind.ServiceAccount]];
        foreach (var group in await db.Groups.Where(one => groups.Contains(one.Id)).ToListAsync(cancellationToken))
        {
            names.Add(group.Id, $"{group.Name}");
        }

        foreach (var account in await db.ServiceAccounts.Where(one => accounts.Contains(one.Id)).ToListAsync(cancellationToken))
        {
            names.Add(account.Id, $"{account.Name}");
        }

        foreach (var id in groups.Concat(accounts))
        {
            names.TryAdd(id, $"{id}");
        }

        return names;
    }
}
