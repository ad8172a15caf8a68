using Entitlement.Domain.Errors;
using Entitlement.Domain.Names;
using Entitlement.Domain.People;
using Entitlement.Server.Access;
using Entitlement.Server.Errors;
using Entitlement.Server.Paging;
using Entitlement.Storage;
using Microsoft.EntityFrameworkCore;
using Permission = Entitlement.V1.Permission;

namespace Entitlement.Server.Users;

/// <summary>Reads people, for those who may see them.</summary>
internal sealed class UserReader(
    EntitlementDbContext db,
    InvitationReader invitationReader,
    AccessDecider access,
    RefusalStatus refusals,
    TimeProvider clock)
{
    /// <exception cref="EntitlementException">There is no such person.</exception>
    public async Task<V1.User> GetAsync(UserName name, Caller caller, CancellationToken cancellationToken)
    {
        var user = await db.Users.SingleOrDefaultAsync(user => user.Id == name.UserId, cancellationToken)
            ?? throw Refusal.NotFound($"{name}");
        return user.ToMessage(await IsOwnOrSystemAsync(name, caller, cancellationToken)
            ? await ListAccountsAsync(name, cancellationToken)
            : null);
    }

    /// <summary>Oldest account first.</summary>
    public async Task<List<Guid>> ListAccountsAsync(UserName name, CancellationToken cancellationToken) =>
        await db.Memberships
            .Where(row => row.UserId == name.UserId)
            .OrderBy(row => row.AccountId)
            .Select(row => row.AccountId)
            .ToListAsync(cancellationToken);

    /// <summary>
    /// Whether the caller is this person, or may read all. Nobody else learns to what else a person belongs.
    /// </summary>
    public async ValueTask<bool> IsOwnOrSystemAsync(UserName name, Caller caller, CancellationToken cancellationToken) =>
        caller.Actor == $"{name}" || await access.HoldsAsync(caller, Permission.UserRead, "", cancellationToken);

    public async Task<(IReadOnlyList<V1.Member> Members, string NextPageToken)> ListMembersAsync(
        AccountName? account, PageRequest page, CancellationToken cancellationToken)
    {
        var rows = account is { } name
            ? await ListOfAccountAsync(name, page, cancellationToken)
            : await ListOfSystemAsync(page, cancellationToken);
        var (shown, next) = page.Cut(rows, row => row.User.Id);
        var ids = shown.Select(row => row.User.Id).ToList();
        var roles = await ListRolesAsync(account?.AccountId ?? Guid.Empty, ids, cancellationToken);
        return ([.. shown.Select(row => row.User.ToMember(account, roles[row.User.Id], row.Since))], next);
    }

    /// <exception cref="EntitlementException">There is no such account.</exception>
    public async Task RequireAccountAsync(AccountName name, CancellationToken cancellationToken)
    {
        if (!await db.Accounts.AnyAsync(account => account.Id == name.AccountId, cancellationToken))
        {
            throw Refusal.NotFound($"{name}");
        }
    }

    /// <summary>What became of the people of a call, by what stands after it.</summary>
    public async Task<IReadOnlyList<V1.CreateUserResult>> TellAsync(
        UserCreation creation, bool isRepeated, CancellationToken cancellationToken)
    {
        if (isRepeated)
        {
            await creation.LookAsync(db, clock.GetUtcNow(), cancellationToken);
        }

        var (people, sent) = (
            creation.Results.Select(one => one.User).OfType<Guid>().ToList(),
            creation.Results.Select(one => one.Invitation).OfType<Guid>().ToList());
        var users = await db.Users.Where(user => people.Contains(user.Id)).ToDictionaryAsync(user => user.Id, cancellationToken);
        var rows = await db.Invitations.Where(row => sent.Contains(row.Id)).ToListAsync(cancellationToken);
        var owners = await invitationReader.NameOwnersAsync(rows, cancellationToken);
        var invitations = rows.ToDictionary(row => row.Id, row => row.ToMessage(owners[row.OwnerId]));
        return [.. creation.Results.Select(one => Tell(one, users, invitations))];
    }

    private V1.CreateUserResult Tell(
        CreationResult one, Dictionary<Guid, User> users, Dictionary<Guid, V1.Invitation> invitations)
    {
        var result = new V1.CreateUserResult { Existed = one.Existed };
        switch (one)
        {
            case { User: { } user }:
                result.User = users[user].ToMessage(accounts: null);
                break;
            case { Invitation: { } invitation }:
                // One that was answered in this very moment is told by nothing but that it was sent.
                result.Invitation = invitations.GetValueOrDefault(invitation) ?? new V1.Invitation();
                break;
            case { Refusal: { } refusal }:
                result.Refusal = refusals.Of(refusal);
                break;
        }

        return result;
    }

    private async Task<List<Belonging>> ListOfAccountAsync(
        AccountName account, PageRequest page, CancellationToken cancellationToken)
    {
        var rows = await db.Memberships
            .Where(row => row.AccountId == account.AccountId && row.UserId > page.After)
            .Join(db.Users, row => row.UserId, user => user.Id, (row, user) => new { user, row.CreateTime })
            .OrderBy(row => row.user.Id)
            .Take(page.Probe)
            .ToListAsync(cancellationToken);
        if (rows.Count == 0)
        {
            await RequireAccountAsync(account, cancellationToken);
        }

        return [.. rows.Select(row => new Belonging(row.user, row.CreateTime))];
    }

    private async Task<List<Belonging>> ListOfSystemAsync(PageRequest page, CancellationToken cancellationToken)
    {
        var rows = await db.Users
            .Where(user => user.Scope == UserScope.System && user.Id > page.After)
            .OrderBy(user => user.Id)
            .Take(page.Probe)
            .ToListAsync(cancellationToken);
        return [.. rows.Select(user => new Belonging(user, user.CreateTime))];
    }

    /// <summary>Ids of the roles that people hold now on exactly this scope, themselves or through a group.</summary>
    private async Task<ILookup<Guid, string>> ListRolesAsync(
        Guid scope, List<Guid> people, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        var held = db.RoleAssignments.Where(row => row.ScopeId == scope && (row.ExpireTime == null || row.ExpireTime > now));
        var own = await held
            .Where(row => people.Contains(row.SubjectId))
            .Select(row => new HeldRole(row.SubjectId, row.RoleId))
            .ToListAsync(cancellationToken);
        var throughGroups = await db.GroupMembers
            .Where(member => people.Contains(member.PrincipalId))
            .Join(held, member => member.GroupId, row => row.SubjectId, (member, row) => new HeldRole(member.PrincipalId, row.RoleId))
            .ToListAsync(cancellationToken);
        return own.Union(throughGroups)
            .OrderBy(role => role.RoleId, StringComparer.Ordinal)
            .ToLookup(role => role.PrincipalId, role => role.RoleId);
    }

    private sealed record Belonging(User User, DateTimeOffset Since);

    private sealed record HeldRole(Guid PrincipalId, string RoleId);
}
