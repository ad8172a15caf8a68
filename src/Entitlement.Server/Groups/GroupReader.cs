using Entitlement.Domain.Access;
using Entitlement.Domain.Errors;
using Entitlement.Domain.Names;
using Entitlement.Server.Paging;
using Entitlement.Storage;
using Google.Protobuf.WellKnownTypes;
using Microsoft.EntityFrameworkCore;

namespace Entitlement.Server.Groups;

/// <summary>Reads groups and who is in them.</summary>
internal sealed class GroupReader(EntitlementDbContext db)
{
    /// <exception cref="EntitlementException">There is no such group.</exception>
    public async Task<V1.Group> GetAsync(GroupName name, CancellationToken cancellationToken) =>
        (await db.Groups.Named(name).SingleOrDefaultAsync(cancellationToken) ?? throw Refusal.NotFound($"{name}")).ToMessage();

    /// <param name="account">Null for the groups of the system.</param>
    /// <param name="page">Which of them.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <exception cref="EntitlementException">There is no such account.</exception>
    public async Task<(IReadOnlyList<V1.Group> Groups, string NextPageToken)> ListAsync(
        AccountName? account, PageRequest page, CancellationToken cancellationToken)
    {
        var owner = account?.AccountId;
        var rows = await db.Groups
            .Where(group => group.AccountId == owner && group.Id > page.After)
            .OrderBy(group => group.Id)
            .Take(page.Probe)
            .ToListAsync(cancellationToken);
        if (rows.Count == 0 && account is { } name
            && !await db.Accounts.AnyAsync(row => row.Id == name.AccountId, cancellationToken))
        {
            throw Refusal.NotFound($"{name}");
        }

        var (shown, next) = page.Cut(rows, group => group.Id);
        return ([.. shown.Select(group => group.ToMessage())], next);
    }

    /// <exception cref="EntitlementException">There is no such group.</exception>
    public async Task<(IReadOnlyList<V1.GroupMember> Members, string NextPageToken)> ListMembersAsync(
        GroupName name, PageRequest page, CancellationToken cancellationToken)
    {
        await GetAsync(name, cancellationToken);
        var rows = await db.GroupMembers
            .Where(member => member.GroupId == name.GroupId && member.PrincipalId > page.After)
            .OrderBy(member => member.PrincipalId)
            .Take(page.Probe)
            .ToListAsync(cancellationToken);
        var (shown, next) = page.Cut(rows, member => member.PrincipalId);
        return (await DescribeAsync(shown, cancellationToken), next);
    }

    /// <exception cref="EntitlementException">It is not in the group any more.</exception>
    public async Task<V1.GroupMember> GetMemberAsync(GroupName name, Joiner joiner, CancellationToken cancellationToken)
    {
        var row = await db.GroupMembers.SingleOrDefaultAsync(
            member => member.GroupId == name.GroupId && member.PrincipalId == joiner.Id, cancellationToken)
            ?? throw Refusal.NotFound(joiner.Name);
        return (await DescribeAsync([row], cancellationToken))[0];
    }

    private async Task<IReadOnlyList<V1.GroupMember>> DescribeAsync(
        IReadOnlyList<GroupMember> members, CancellationToken cancellationToken)
    {
        var ids = members.Select(member => member.PrincipalId).ToList();
        var users = await db.Users.Where(user => ids.Contains(user.Id)).ToDictionaryAsync(user => user.Id, cancellationToken);
        var accounts = await db.ServiceAccounts.Where(row => ids.Contains(row.Id)).ToDictionaryAsync(row => row.Id, cancellationToken);
        return [.. members.Select(member => new V1.GroupMember
        {
            Member = member.PrincipalKind == PrincipalKind.User
                ? $"{new UserName(member.PrincipalId)}"
                : $"{accounts[member.PrincipalId].Name}",
            DisplayName = member.PrincipalKind == PrincipalKind.User
                ? users[member.PrincipalId].DisplayName
                : accounts[member.PrincipalId].DisplayName,
            CreateTime = member.CreateTime.ToTimestamp(),
        })];
    }
}

/// <summary>Finds groups by their whole names, so that a permission on one account reaches no other account's group.</summary>
internal static class GroupQueries
{
    public static IQueryable<Group> Named(this IQueryable<Group> groups, GroupName name)
    {
        var (account, id) = name;
        return groups.Where(group => group.AccountId == account && group.Id == id);
    }
}
