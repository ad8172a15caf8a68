using Entitlement.Testing;
using Entitlement.V1;
using Grpc.Core;
using Stub = Entitlement.V1.UserService.UserServiceClient;

namespace Entitlement.Server.Tests.Users;

/// <summary>What an account may do to its people, and what it may not.</summary>
public class UserAccessTests
{
    [Theory]
    [MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task An_account_changes_those_who_belong_to_it_alone_and_takes_nobody_else_over(DatabaseKind database)
    {
        await using var town = await Town.OpenAsync(database);
        var (account, other) = (await town.Shop.NewAccountAsync("Own"), await town.Shop.NewAccountAsync("Other"));
        var (own, shared) = (await town.NewUserAsync(account, "Own"), await town.NewUserAsync(account, "Shared"));
        var ofSystem = await town.NewUserAsync("", "Root");
        await town.JoinAsync(other, shared);
        await town.JoinAsync(account, ofSystem);
        var portal = new Stub(await town.Shop.Host.ConnectAsAsync(("administrator", account)));
        (User Person, User Wanted, string Field)[] takeovers =
        [
            .. new[] { shared, ofSystem }.SelectMany(person => new[]
            {
                (person, new User { Email = "taken@example.com" }, "email"),
                (person, new User { DisplayName = "Taken" }, "display_name"),
                (person, new User(), "is_enabled"),
            }),
        ];

        await portal.UpdateUserAsync(UserUpdateTests.Change(own, new User { Email = "changed@example.com" }, "email", "is_enabled"));
        foreach (var (person, wanted, field) in takeovers)
        {
            var refusal = await Shop.RefusedAsync(portal.UpdateUserAsync(UserUpdateTests.Change(person, wanted, field)));
            Assert.Contains(refusal.StatusCode, new[] { StatusCode.PermissionDenied, StatusCode.NotFound });
        }

        Assert.Equal(("changed@example.com", false), ((await town.GetAsync(own.Name)).Email, (await town.GetAsync(own.Name)).IsEnabled));
        Assert.Equal(("shared@example.com", "Shared", true), Face(await town.GetAsync(shared.Name)));
        Assert.Equal(("root@example.com", "Root", true), Face(await town.GetAsync(ofSystem.Name)));
    }

    [Theory]
    [MemberData(nameof(Databases.Usual), MemberType = typeof(Databases))]
    public async Task An_account_sees_its_people_and_not_to_what_else_they_belong(DatabaseKind database)
    {
        await using var town = await Town.OpenAsync(database);
        var (account, other) = (await town.Shop.NewAccountAsync("Own"), await town.Shop.NewAccountAsync("Other"));
        var shared = await town.NewUserAsync(account, "Shared");
        await town.JoinAsync(other, shared);
        var portal = new Stub(await town.Shop.Host.ConnectAsAsync(("administrator", other)));
        var stranger = new Stub(await town.Shop.Host.ConnectAsAsync(("administrator", await town.Shop.NewAccountAsync("Foreign"))));

        var seen = (await portal.GetUserAsync(new GetUserRequest { Name = shared.Name })).User;

        Assert.Equal(("Shared", "", 0), (seen.DisplayName, seen.PrimaryAccount, seen.Accounts.Count));
        Assert.False(Assert.Single((await portal.ListMembersAsync(new ListMembersRequest { Parent = other })).Members).IsPrimary);
        Assert.Equal("NOT_FOUND", await ReasonAsync(stranger.GetUserAsync(new GetUserRequest { Name = shared.Name })));
        Assert.Equal("NOT_FOUND", await ReasonAsync(stranger.ListMembersAsync(new ListMembersRequest { Parent = other })));
        Assert.Equal("NOT_FOUND", await ReasonAsync(portal.ListInvitationsAsync(new ListInvitationsRequest { Parent = shared.Name })));
        var erasure = await ReasonAsync(portal.EraseUserAsync(new EraseUserRequest { Name = shared.Name, Reason = "Gone." }));
        Assert.True(erasure is "PERMISSION_DENIED" or "NOT_FOUND", erasure);
        using var export = portal.ExportUser(new ExportUserRequest { Name = shared.Name });
        var kept = await Assert.ThrowsAsync<RpcException>(() => export.ResponseStream.MoveNext(CancellationToken.None));
        Assert.True(kept.Reason() is "PERMISSION_DENIED" or "NOT_FOUND", kept.Reason());
    }

    [Theory]
    [MemberData(nameof(Databases.Usual), MemberType = typeof(Databases))]
    public async Task Only_the_person_answers_an_invitation_and_only_the_account_withdraws_it(DatabaseKind database)
    {
        await using var town = await Town.OpenAsync(database);
        var ann = await town.NewUserAsync(await town.Shop.NewAccountAsync("First"));
        var account = await town.Shop.NewAccountAsync("Second");
        var portal = new Stub(await town.Shop.Host.ConnectAsAsync(("administrator", account)));
        var stranger = new Stub(await town.Shop.Host.ConnectAsAsync(("administrator", await town.Shop.NewAccountAsync("Foreign"))));
        var invitation = (await portal.CreateUsersAsync(
            new CreateUsersRequest { Parent = account, Users = { Town.Person("Ann", ann.Email) } })).Results[0].Invitation;
        var (accept, decline) = (
            new AcceptInvitationRequest { Name = invitation.Name }, new DeclineInvitationRequest { Name = invitation.Name });

        Assert.Equal("NOT_FOUND", await ReasonAsync(portal.AcceptInvitationAsync(accept)));
        Assert.Equal("NOT_FOUND", await ReasonAsync(stranger.AcceptInvitationAsync(accept)));
        Assert.Equal("NOT_FOUND", await ReasonAsync(stranger.DeclineInvitationAsync(decline)));
        await portal.DeclineInvitationAsync(decline);
        Assert.Equal("NOT_FOUND", await ReasonAsync(portal.DeclineInvitationAsync(decline)));
        Assert.Empty(await town.MembersAsync(account));
    }

    [Theory]
    [MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task Nobody_is_removed_with_a_role_that_the_caller_may_not_take(DatabaseKind database)
    {
        await using var town = await Town.OpenAsync(database);
        var account = await town.Shop.NewAccountAsync();
        var people = await town.AddAsync(account, Town.Person("Ann"), Town.Person("Bo"), Town.Person("Cy"));
        await town.AssignAsync(people[0].User.Name, "administrator", account);
        await town.AssignAsync(people[1].User.Name, "licensing", account);
        var group = (await town.Groups.CreateGroupAsync(
            new CreateGroupRequest { Parent = account, Group = new Group { DisplayName = "Chiefs" } })).Group.Name;
        await town.Groups.AddGroupMemberAsync(new AddGroupMemberRequest { Name = group, Member = people[2].User.Name });
        await town.AssignAsync(group, "company-administrator", account);
        var supervisor = new Stub(await town.Shop.Host.ConnectAsAsync(("supervisor", account)));

        Assert.Equal("ROLE_NOT_ASSIGNABLE", await ReasonAsync(supervisor.RemoveMemberAsync(MemberTests.Remove(account, people[0].User))));
        Assert.Equal("ROLE_NOT_ASSIGNABLE", await ReasonAsync(supervisor.RemoveMemberAsync(MemberTests.Remove(account, people[2].User))));
        await supervisor.RemoveMemberAsync(MemberTests.Remove(account, people[1].User));

        Assert.Equal(["Ann", "Cy"], (await town.MembersAsync(account)).Select(member => member.DisplayName).Order());
    }

    [Theory]
    [MemberData(nameof(Databases.Usual), MemberType = typeof(Databases))]
    public async Task A_person_changes_what_is_theirs_and_neither_address_nor_switch(DatabaseKind database)
    {
        await using var town = await Town.OpenAsync(database);
        var (account, other) = (await town.Shop.NewAccountAsync("First"), await town.Shop.NewAccountAsync("Second"));
        var (ann, bo) = (await town.NewUserAsync(account, "Ann"), await town.NewUserAsync(account, "Bo"));
        var invitation = (await town.AddAsync(other, Town.Person("Ann", ann.Email)))[0].Invitation;
        var channel = await town.SignInAsync(ann);
        var users = new Stub(channel);

        Assert.Equal([invitation], (await users.ListInvitationsAsync(new ListInvitationsRequest { Parent = ann.Name })).Invitations);
        await users.AcceptInvitationAsync(new AcceptInvitationRequest { Name = invitation.Name });
        var wanted = new User { DisplayName = "Ann Ek", PhoneNumber = "040 1", PrimaryAccount = other, Email = "ek@example.com" };
        var changed = (await users.UpdateUserAsync(
            UserUpdateTests.Change(ann, wanted, "display_name", "phone_number", "primary_account"))).User;
        foreach (var field in new[] { "email", "is_enabled" })
        {
            var refusal = await Shop.RefusedAsync(users.UpdateUserAsync(UserUpdateTests.Change(ann, wanted, field, "display_name")));
            Assert.Equal(StatusCode.PermissionDenied, refusal.StatusCode);
        }

        Assert.Equal(("Ann Ek", "ann@example.com", "040 1", other), (changed.DisplayName, changed.Email, changed.PhoneNumber, changed.PrimaryAccount));
        Assert.Equal([account, other], changed.Accounts.OrderBy(name => name == other));
        var ofAnother = await ReasonAsync(users.UpdateUserAsync(UserUpdateTests.Change(bo, wanted, "display_name")));
        Assert.True(ofAnother is "PERMISSION_DENIED" or "NOT_FOUND", ofAnother);
        var caller = (await users.GetCallerAsync(new GetCallerRequest())).Caller;
        Assert.Equal((ann.Name, other), (caller.Name, caller.PrimaryAccount));
        Assert.Equal(
            [("First", false), ("Second", true)],
            caller.Accounts.Select(one => (one.DisplayName, one.IsPrimary)).Order());

        await town.Users.EraseUserAsync(new EraseUserRequest { Name = ann.Name, Reason = "Ticket 4711." });
        Assert.Equal("UNAUTHENTICATED", await ReasonAsync(new Stub(channel).GetCallerAsync(new GetCallerRequest())));
    }

    [Fact]
    public async Task Tells_a_program_who_it_is_and_a_stranger_nothing()
    {
        await using var town = await Town.OpenAsync(DatabaseKind.Sqlite);
        var account = await town.Shop.NewAccountAsync();
        var (name, channel) = await town.NewCallerAsync(account, "user");

        var caller = (await new Stub(channel).GetCallerAsync(new GetCallerRequest())).Caller;

        Assert.Equal((name, "A portal", account), (caller.Name, caller.DisplayName, caller.PrimaryAccount));
        Assert.Equal("bootstrap", (await town.Users.GetCallerAsync(new GetCallerRequest())).Caller.Name);
        var anonymous = new Stub(town.Shop.Host.Anonymous);
        Assert.Equal("UNAUTHENTICATED", await ReasonAsync(anonymous.GetCallerAsync(new GetCallerRequest())));
    }

    private static (string Email, string DisplayName, bool IsEnabled) Face(User user) => (user.Email, user.DisplayName, user.IsEnabled);

    private static async Task<string> ReasonAsync<T>(AsyncUnaryCall<T> call) => (await Shop.RefusedAsync(call)).Reason();
}
