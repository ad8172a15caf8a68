using System.Globalization;
using Entitlement.Testing;
using Entitlement.V1;
using Microsoft.EntityFrameworkCore;

namespace Entitlement.Server.Tests.Users;

public class MemberTests
{
    [Theory]
    [MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task Lists_the_people_of_an_account_with_the_roles_held_on_it(DatabaseKind database)
    {
        await using var town = await Town.OpenAsync(database);
        var account = await town.Shop.NewAccountAsync();
        var below = await town.NewAccountBelowAsync(account, "Below");
        var people = await town.AddAsync(account, Town.Person("Ann"), Town.Person("Bo"), Town.Person("Cy"));
        var (ann, bo) = (people[0].User.Name, people[1].User.Name);
        var group = await NewGroupAsync(town, account, "Support", ann);
        await town.AssignAsync(ann, "user", account);
        await town.AssignAsync(group, "license-admin", account);
        await town.AssignAsync(ann, "administrator", below);
        await town.AssignAsync(bo, "contact", account);

        var members = await town.MembersAsync(account);

        Assert.Equal(
            [("Ann", "roles/license-admin roles/user"), ("Bo", "roles/contact"), ("Cy", "")],
            members.Select(member => (member.DisplayName, string.Join(' ', member.Roles))).Order());
        Assert.All(members, member => Assert.True(member.IsPrimary));
        Assert.Equal(
            $"{account}/members/{ann[6..]}", Assert.Single(members, member => member.User == ann).Name);
        var unknown = await Shop.RefusedAsync(
            town.Users.ListMembersAsync(new ListMembersRequest { Parent = $"accounts/{Guid.NewGuid()}" }));
        Assert.Equal("NOT_FOUND", unknown.Reason());
    }

    [Theory]
    [MemberData(nameof(Databases.Usual), MemberType = typeof(Databases))]
    public async Task Takes_away_all_that_hung_on_a_membership_and_nothing_else(DatabaseKind database)
    {
        await using var town = await Town.OpenAsync(database);
        var vendor = await town.Shop.NewAccountAsync("Vendor");
        var below = await town.NewAccountBelowAsync(vendor, "Below");
        var other = await town.NewAccountBelowAsync(vendor, "Other");
        var ann = await town.NewUserAsync(vendor);
        await town.JoinAsync(other, ann);
        var license = await town.Shop.NewLicenseAsync(vendor, await town.Shop.NewProductAsync());
        foreach (var (role, scope) in new[]
        {
            ("administrator", vendor), ("license-user", license.Name), ("user", below), ("contact", other),
            ("developer", license.Product),
        })
        {
            await town.AssignAsync(ann.Name, role, scope);
        }

        var (support, others) = (await NewGroupAsync(town, below, "Support", ann.Name), await NewGroupAsync(town, other, "Others", ann.Name));

        await town.Users.RemoveMemberAsync(Remove(vendor, ann));

        Assert.Empty(await town.MembersAsync(vendor));
        var id = Guid.Parse(ann.Name[6..]);
        Assert.Equal(
            ["contact", "developer"],
            await town.ReadAsync(db => db.RoleAssignments
                .Where(row => row.SubjectId == id)
                .Select(row => row.RoleId)
                .OrderBy(role => role)
                .ToListAsync()));
        Assert.Empty(await MembersOfAsync(town, support));
        Assert.Equal([ann.Name], await MembersOfAsync(town, others));
        var left = await town.GetAsync(ann.Name);
        Assert.Equal((other, other), (left.PrimaryAccount, left.Accounts.Single()));
        Assert.Equal("NOT_FOUND", (await Shop.RefusedAsync(town.Users.RemoveMemberAsync(Remove(vendor, ann)))).Reason());
    }

    [Theory]
    [MemberData(nameof(Databases.Usual), MemberType = typeof(Databases))]
    public async Task The_oldest_membership_that_is_left_becomes_the_primary_one(DatabaseKind database)
    {
        await using var town = await Town.OpenAsync(database);
        var accounts = new List<string>();
        foreach (var name in new[] { "Third", "First", "Second" })
        {
            accounts.Add(await town.Shop.NewAccountAsync(name));
        }

        var ann = await town.NewUserAsync(accounts[1]);
        foreach (var account in new[] { accounts[2], accounts[0] })
        {
            town.Shop.Clock.Advance(TimeSpan.FromMinutes(1));
            await town.JoinAsync(account, ann);
        }

        var primaries = new List<string>();
        foreach (var account in new[] { accounts[1], accounts[2], accounts[0] })
        {
            await town.Users.RemoveMemberAsync(Remove(account, ann));
            primaries.Add((await town.GetAsync(ann.Name)).PrimaryAccount);
        }

        Assert.Equal([accounts[2], accounts[0], ""], primaries);
    }

    [Theory]
    [MemberData(nameof(Databases.Usual), MemberType = typeof(Databases))]
    public async Task Raises_the_clock_of_access_with_each_change_that_alters_it(DatabaseKind database)
    {
        await using var town = await Town.OpenAsync(database);
        var account = await town.Shop.NewAccountAsync();
        var request = new CreateUsersRequest { Parent = account, Users = { Town.Person("Ann"), Town.Person("Bo") } };

        var created = await town.Users.CreateUsersAsync(request);
        var nothing = await town.Users.CreateUsersAsync(request);
        var removed = await town.Users.RemoveMemberAsync(Remove(account, created.Results[0].User));

        Assert.Equal("0", nothing.ConsistencyToken);
        Assert.Equal(1, Version(removed.ConsistencyToken) - Version(created.ConsistencyToken));
        var version = Version(removed.ConsistencyToken);
        var touched = await town.ReadAsync(db => db.AccessChanges
            .Where(change => change.Version == version)
            .Select(change => change.Id)
            .ToListAsync());
        Assert.Equal([Guid.Parse(created.Results[0].User.Name[6..])], touched);
    }

    internal static RemoveMemberRequest Remove(string account, User person) =>
        new() { Name = $"{account}/members/{person.Name[6..]}", Reason = "Left the company." };

    private static long Version(string token) => long.Parse(token, CultureInfo.InvariantCulture);

    private static async Task<string> NewGroupAsync(Town town, string parent, string name, string member)
    {
        var group = (await town.Groups.CreateGroupAsync(
            new CreateGroupRequest { Parent = parent, Group = new Group { DisplayName = name } })).Group.Name;
        await town.Groups.AddGroupMemberAsync(new AddGroupMemberRequest { Name = group, Member = member });
        return group;
    }

    private static async Task<IEnumerable<string>> MembersOfAsync(Town town, string group) =>
        (await town.Groups.ListGroupMembersAsync(new ListGroupMembersRequest { Parent = group })).Members.Select(member => member.Member);
}
