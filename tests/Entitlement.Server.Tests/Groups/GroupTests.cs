using Entitlement.Server.Tests.Users;
using Entitlement.Testing;
using Entitlement.V1;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Microsoft.EntityFrameworkCore;

namespace Entitlement.Server.Tests.Groups;

public class GroupTests
{
    [Theory]
    [MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task Makes_renames_lists_and_deletes_groups_of_accounts_and_of_the_system(DatabaseKind database)
    {
        await using var town = await Town.OpenAsync(database);
        var account = await town.Shop.NewAccountAsync();
        var (own, ofSystem) = (await NewAsync(town, account, "Support"), await NewAsync(town, "", "Auditors"));
        var member = await town.NewUserAsync(account);
        await AddAsync(town, own, member.Name);
        await town.AssignAsync(own, "user", account);

        var renamed = (await town.Groups.UpdateGroupAsync(Rename(own, "Second level"))).Group;

        Assert.Equal(("Second level", false), (renamed.DisplayName, renamed.IsBuiltIn));
        Assert.Equal([renamed], await ListAsync(town, account));
        Assert.Equal(["Administrators", "Auditors"], (await ListAsync(town, "")).Select(group => group.DisplayName).Order());
        Assert.StartsWith("groups/", ofSystem, StringComparison.Ordinal);
        Assert.StartsWith($"{account}/groups/", own, StringComparison.Ordinal);
        await town.Groups.DeleteGroupAsync(new DeleteGroupRequest { Name = own });
        Assert.Empty(await ListAsync(town, account));
        Assert.Equal((0, 0), (
            await town.ReadAsync(db => db.GroupMembers.CountAsync()),
            await town.ReadAsync(db => db.RoleAssignments.CountAsync(row => row.RoleId == "user"))));
        Assert.Equal("NOT_FOUND", (await Shop.RefusedAsync(town.Groups.GetGroupAsync(new GetGroupRequest { Name = own }))).Reason());
    }

    [Theory]
    [MemberData(nameof(Databases.Usual), MemberType = typeof(Databases))]
    public async Task The_group_of_administrators_stays_as_it_is(DatabaseKind database)
    {
        await using var town = await Town.OpenAsync(database);

        var deleted = await Shop.RefusedAsync(town.Groups.DeleteGroupAsync(new DeleteGroupRequest { Name = Town.Administrators }));
        var renamed = await Shop.RefusedAsync(town.Groups.UpdateGroupAsync(Rename(Town.Administrators, "Others")));

        Assert.Equal(
            [(StatusCode.FailedPrecondition, "GROUP_BUILT_IN"), (StatusCode.FailedPrecondition, "GROUP_BUILT_IN")],
            new[] { deleted, renamed }.Select(refusal => (refusal.StatusCode, refusal.Reason())));
        Assert.True((await town.Groups.GetGroupAsync(new GetGroupRequest { Name = Town.Administrators })).Group.IsBuiltIn);
    }

    [Theory]
    [MemberData(nameof(Databases.Usual), MemberType = typeof(Databases))]
    public async Task Takes_those_of_the_account_of_one_above_and_of_the_system_and_nobody_else(DatabaseKind database)
    {
        await using var town = await Town.OpenAsync(database);
        var vendor = await town.Shop.NewAccountAsync("Vendor");
        var account = await town.NewAccountBelowAsync(vendor, "Customer");
        var below = await town.NewAccountBelowAsync(account, "Below");
        var group = await NewAsync(town, account, "Support");
        string[] welcome =
        [
            (await town.NewUserAsync(account, "Own")).Name, (await town.NewUserAsync(vendor, "Above")).Name,
            (await town.NewUserAsync("", "Root")).Name, (await town.NewCallerAsync(account, "user")).Name,
        ];
        string[] strangers =
        [
            (await town.NewUserAsync(below, "Below")).Name,
            (await town.NewUserAsync(await town.Shop.NewAccountAsync("Foreign"), "Foreign")).Name,
            (await town.NewCallerAsync(below, "user")).Name, $"users/{Guid.NewGuid()}", $"serviceAccounts/{Guid.NewGuid()}",
            $"serviceAccounts/{welcome[3][(welcome[3].LastIndexOf('/') + 1)..]}",
        ];

        foreach (var member in welcome)
        {
            Assert.Equal((member, false), await AddAsync(town, group, member));
        }

        Assert.True((await AddAsync(town, group, welcome[0])).Existed);
        foreach (var stranger in strangers)
        {
            var refusal = await Shop.RefusedAsync(town.Groups.AddGroupMemberAsync(Ask(group, stranger)));
            Assert.Equal(("NOT_FOUND", stranger), (refusal.Reason(), refusal.Info().Metadata["resource"]));
        }

        Assert.Equal(welcome.Order(StringComparer.Ordinal), (await MembersAsync(town.Groups, group)).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Refuses_groups_in_groups_and_names_of_nothing()
    {
        await using var town = await Town.OpenAsync(DatabaseKind.Sqlite);
        var account = await town.Shop.NewAccountAsync();
        var (one, other) = (await NewAsync(town, account, "One"), await NewAsync(town, account, "Other"));
        var foreign = $"{await town.Shop.NewAccountAsync("Foreign")}/groups/{one[(one.LastIndexOf('/') + 1)..]}";

        await Shop.AllNameTheirFieldAsync<AddGroupMemberResponse>(
            ("member", "another group", () => town.Groups.AddGroupMemberAsync(Ask(one, other))),
            ("member", "itself", () => town.Groups.AddGroupMemberAsync(Ask(one, one))),
            ("member", "an account", () => town.Groups.AddGroupMemberAsync(Ask(one, account))),
            ("member", "none", () => town.Groups.AddGroupMemberAsync(Ask(one, ""))));
        await Shop.AllNameTheirFieldAsync<UpdateGroupResponse>(
            ("group.display_name", "empty", () => town.Groups.UpdateGroupAsync(Rename(one, ""))),
            ("update_mask", "another field", () => town.Groups.UpdateGroupAsync(new UpdateGroupRequest
            {
                Name = one,
                Group = new Group(),
                UpdateMask = new FieldMask { Paths = { "name" } },
            })));
        Assert.Equal(
            "NOT_FOUND", (await Shop.RefusedAsync(town.Groups.AddGroupMemberAsync(Ask(foreign, $"users/{Guid.NewGuid()}")))).Reason());
    }

    [Theory]
    [MemberData(nameof(Databases.Usual), MemberType = typeof(Databases))]
    public async Task To_join_a_group_is_to_be_given_each_of_its_roles(DatabaseKind database)
    {
        await using var town = await Town.OpenAsync(database);
        var account = await town.Shop.NewAccountAsync();
        var ann = (await town.NewUserAsync(account)).Name;
        var (users, chiefs, legacy) = (
            await NewAsync(town, account, "Users"), await NewAsync(town, account, "Chiefs"), await NewAsync(town, account, "Legacy"));
        foreach (var (group, role) in new[] { (users, "user"), (chiefs, "user"), (chiefs, "supervisor"), (legacy, "none") })
        {
            await town.AssignAsync(group, role, account);
        }

        var portal = new V1.GroupService.GroupServiceClient(await town.Shop.Host.ConnectAsAsync(("administrator", account)));
        var clerk = new V1.GroupService.GroupServiceClient(await town.Shop.Host.ConnectAsAsync(("supervisor", account)));
        var root = new V1.GroupService.GroupServiceClient(await town.Shop.Host.ConnectAsAsync(("system-administrator", "")));
        var empty = (await root.CreateGroupAsync(
            new CreateGroupRequest { Parent = account, Group = new Group { DisplayName = "Empty" } })).Group.Name;

        await portal.AddGroupMemberAsync(Ask(users, ann));
        var refusals = new List<string>();
        foreach (var (groups, group) in new[]
        {
            (portal, chiefs), (portal, legacy), (clerk, users), (clerk, empty), (portal, Town.Administrators), (root, Town.Administrators),
        })
        {
            refusals.Add((await Shop.RefusedAsync(groups.AddGroupMemberAsync(Ask(group, ann)))).Reason());
        }

        Assert.Equal(
            ["ROLE_NOT_ASSIGNABLE", "ROLE_NOT_ALLOWED", "ROLE_NOT_ASSIGNABLE", "PERMISSION_DENIED"], refusals.Take(4));
        Assert.True(refusals[4] is "PERMISSION_DENIED" or "NOT_FOUND", refusals[4]);
        Assert.Equal("NOT_FOUND", refusals[5]);
        Assert.Equal(
            "ROLE_NOT_ASSIGNABLE",
            (await Shop.RefusedAsync(portal.DeleteGroupAsync(new DeleteGroupRequest { Name = chiefs }))).Reason());
    }

    [Theory]
    [MemberData(nameof(Databases.Usual), MemberType = typeof(Databases))]
    public async Task Members_of_the_group_of_administrators_are_administrators_until_they_leave_it(DatabaseKind database)
    {
        await using var town = await Town.OpenAsync(database);
        var (name, portal) = await town.NewCallerAsync("", "dashboard-viewer");
        var root = new V1.GroupService.GroupServiceClient(await town.Shop.Host.ConnectAsAsync(("system-administrator", "")));
        var groups = new V1.GroupService.GroupServiceClient(portal);
        var request = new ListGroupsRequest();

        var before = await Shop.RefusedAsync(groups.ListGroupsAsync(request));
        await root.AddGroupMemberAsync(Ask(Town.Administrators, name));
        var during = await groups.ListGroupsAsync(request);
        await root.RemoveGroupMemberAsync(Leave(name));
        var after = await Shop.RefusedAsync(groups.ListGroupsAsync(request));

        Assert.Equal(("PERMISSION_DENIED", "PERMISSION_DENIED"), (before.Reason(), after.Reason()));
        Assert.Single(during.Groups);
    }

    [Theory]
    [MemberData(nameof(Databases.Usual), MemberType = typeof(Databases))]
    public async Task The_last_administrator_does_not_leave_the_group_that_makes_one(DatabaseKind database)
    {
        await using var town = await Town.OpenAsync(database);
        var people = await town.AddAsync("", Town.Person("Ann"), Town.Person("Bo"));
        var (name, portal) = await town.NewCallerAsync("", "system-administrator");
        var groups = new V1.GroupService.GroupServiceClient(portal);
        await groups.AddGroupMemberAsync(Ask(Town.Administrators, people[0].User.Name));
        await groups.AddGroupMemberAsync(Ask(Town.Administrators, name));

        await groups.RemoveGroupMemberAsync(Leave(people[0].User.Name));
        await town.TakeFromAllPrincipalsAsync("system-administrator");
        var last = await Shop.RefusedAsync(groups.RemoveGroupMemberAsync(Leave(name)));
        var nobody = await Shop.RefusedAsync(groups.RemoveGroupMemberAsync(Leave(people[1].User.Name)));

        Assert.Equal(("LAST_ADMINISTRATOR", "NOT_FOUND"), (last.Reason(), nobody.Reason()));
        Assert.Equal([name], await MembersAsync(groups, Town.Administrators));
    }

    private static RemoveGroupMemberRequest Leave(string member) => new() { Name = Town.Administrators, Member = member };

    private static AddGroupMemberRequest Ask(string group, string member) => new() { Name = group, Member = member };

    private static async Task<(string Member, bool Existed)> AddAsync(Town town, string group, string member)
    {
        var added = await town.Groups.AddGroupMemberAsync(Ask(group, member));
        return (added.Member.Member, added.Existed);
    }

    private static UpdateGroupRequest Rename(string group, string displayName) => new()
    {
        Name = group,
        Group = new Group { DisplayName = displayName },
        UpdateMask = new FieldMask { Paths = { "display_name" } },
    };

    private static async Task<string> NewAsync(Town town, string parent, string name) => (await town.Groups.CreateGroupAsync(
        new CreateGroupRequest { Parent = parent, Group = new Group { DisplayName = name } })).Group.Name;

    private static async Task<IEnumerable<Group>> ListAsync(Town town, string parent) =>
        (await town.Groups.ListGroupsAsync(new ListGroupsRequest { Parent = parent })).Groups;

    private static async Task<IEnumerable<string>> MembersAsync(V1.GroupService.GroupServiceClient groups, string group) =>
        (await groups.ListGroupMembersAsync(new ListGroupMembersRequest { Parent = group })).Members.Select(member => member.Member);
}
