using Entitlement.Testing;
using Entitlement.V1;
using Google.Rpc;
using Grpc.Core;
using Microsoft.EntityFrameworkCore;

namespace Entitlement.Server.Tests.Users;

public class UserCreationTests
{
    [Theory]
    [MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task Adds_people_who_hold_no_role_and_get_a_welcome(DatabaseKind database)
    {
        await using var town = await Town.OpenAsync(database);
        var account = await town.Shop.NewAccountAsync();

        var results = await town.AddAsync(
            account, Town.Person("Ann Lee", "Ann@Example.com", "HR-1"), Town.Person("Bo Ek"));

        Assert.All(results, result => Assert.False(result.Existed));
        var ann = results[0].User;
        Assert.Equal(
            ("Ann Lee", "ann@example.com", "HR-1", UserScope.Account, true),
            (ann.DisplayName, ann.Email, ann.ExternalRef, ann.Scope, ann.IsEnabled));
        Assert.Equal((account, account), ((await town.GetAsync(ann.Name)).PrimaryAccount, (await town.GetAsync(ann.Name)).Accounts.Single()));
        Assert.Equal(["ann@example.com", "bo.ek@example.com"], (await town.MembersAsync(account)).Select(member => member.Email).Order());
        Assert.All(await town.MembersAsync(account), member => Assert.Empty(member.Roles));
        Assert.Equal(["ann@example.com", "bo.ek@example.com"], await WelcomedAsync(town));
        Assert.Equal(["user.create", "user.create"], await town.ActionsAsync());
    }

    [Theory]
    [MemberData(nameof(Databases.Usual), MemberType = typeof(Databases))]
    public async Task Tells_what_is_wrong_with_each_in_its_place_and_keeps_the_others(DatabaseKind database)
    {
        await using var town = await Town.OpenAsync(database);
        var account = await town.Shop.NewAccountAsync();
        var elsewhere = await town.Shop.NewAccountAsync("Elsewhere");
        await town.AddAsync(elsewhere, Town.Person("Cy", reference: "HR-9"));
        var ofSystem = Town.Person("Di");
        ofSystem.Scope = UserScope.System;

        var results = await town.AddAsync(
            account,
            Town.Person("Ann", reference: "HR-1"),
            Town.Person("Bo\u202E"),
            Town.Person("Bo", "\"bo\"@example.com"),
            Town.Person("Bo", "ANN@example.com"),
            Town.Person("Bo", reference: "HR-1"),
            Town.Person("Bo", reference: "HR 2"),
            ofSystem,
            Town.Person("Bo", reference: "HR-9"),
            Town.Person("Ed"));

        Assert.Equal(
            [
                ("INVALID_ARGUMENT", "users[1].display_name"),
                ("INVALID_ARGUMENT", "users[2].email"),
                ("INVALID_ARGUMENT", "users[3].email"),
                ("INVALID_ARGUMENT", "users[4].external_ref"),
                ("INVALID_ARGUMENT", "users[5].external_ref"),
                ("INVALID_ARGUMENT", "users[6].scope"),
                ("EXTERNAL_REF_TAKEN", null),
            ],
            results.Skip(1).Take(7).Select(Town.Refused));
        Assert.Equal(3, results[1].Refusal.Code);
        Assert.Contains(results[1].Refusal.Details, detail => detail.Is(BadRequest.Descriptor));
        Assert.Equal(
            new[] { results[0].User.Name, results[8].User.Name }.Order(StringComparer.Ordinal),
            (await town.MembersAsync(account)).Select(member => member.User).Order(StringComparer.Ordinal));
    }

    [Theory]
    [MemberData(nameof(Databases.Usual), MemberType = typeof(Databases))]
    public async Task Gives_whoever_is_a_member_already_and_welcomes_them_once(DatabaseKind database)
    {
        await using var town = await Town.OpenAsync(database);
        var account = await town.Shop.NewAccountAsync();
        var ann = (await town.AddAsync(account, Town.Person("Ann", reference: "HR-1")))[0].User;

        var again = await town.AddAsync(
            account, Town.Person("Another", "ANN@example.com"), Town.Person("Another", "other@example.com", "HR-1"));

        Assert.All(again, result => Assert.True(result.Existed));
        Assert.Equal([ann, ann], again.Select(result => result.User));
        Assert.Single(await WelcomedAsync(town));
    }

    [Theory]
    [MemberData(nameof(Databases.Usual), MemberType = typeof(Databases))]
    public async Task Invites_who_is_known_already_and_tells_nothing_of_them(DatabaseKind database)
    {
        await using var town = await Town.OpenAsync(database);
        var ann = await town.NewUserAsync(await town.Shop.NewAccountAsync("Hers"));
        var account = await town.Shop.NewAccountAsync("Example Works");

        var first = Assert.Single(await town.AddAsync(account, Town.Person("Guess", "ann.LEE@example.com", "G-1")));
        var second = Assert.Single(await town.AddAsync(account, Town.Person("Guess", "ann.lee@example.com")));

        Assert.Equal((false, true), (first.Existed, second.Existed));
        Assert.Equal(first.Invitation, second.Invitation);
        Assert.Equal(("Example Works", "ann.lee@example.com"), (first.Invitation.AccountDisplayName, first.Invitation.Email));
        Assert.DoesNotContain(ann.Name[6..], $"{first}", StringComparison.Ordinal);
        var records = await town.Shop.AuditAsync();
        Assert.DoesNotContain(records, record => record.Action == "invitation.send" && record.Details.Contains(ann.Name[6..], StringComparison.Ordinal));
        Assert.Empty(await town.MembersAsync(account));
        Assert.Equal("Ann Lee", (await town.GetAsync(ann.Name)).DisplayName);
    }

    [Theory]
    [MemberData(nameof(Databases.Usual), MemberType = typeof(Databases))]
    public async Task A_repeated_call_changes_nothing_and_brings_nobody_back(DatabaseKind database)
    {
        await using var town = await Town.OpenAsync(database);
        var account = await town.Shop.NewAccountAsync();
        var request = new CreateUsersRequest
        {
            Parent = account,
            Users = { Town.Person("Ann"), Town.Person("Bo"), Town.Person("C@") },
            RequestId = $"{Guid.NewGuid()}",
        };

        var first = await town.Users.CreateUsersAsync(request);
        await town.Users.RemoveMemberAsync(new RemoveMemberRequest
        {
            Name = $"{account}/members/{first.Results[1].User.Name[6..]}",
            Reason = "A mistake.",
        });
        var second = await town.Users.CreateUsersAsync(request);

        Assert.Equal((first.Results[0].User, true), (second.Results[0].User, second.Results[0].Existed));
        Assert.Equal(("NOT_FOUND", null), Town.Refused(second.Results[1]));
        Assert.Equal(first.Results[2].Refusal, second.Results[2].Refusal);
        Assert.Single(await town.MembersAsync(account));
        request.Users.RemoveAt(0);
        Assert.Equal("REQUEST_ID_REUSED", (await Shop.RefusedAsync(town.Users.CreateUsersAsync(request))).Reason());
    }

    [Theory]
    [MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task Makes_one_person_of_an_address_that_many_calls_bring_at_once(DatabaseKind database)
    {
        await using var town = await Town.OpenAsync(database);
        var (one, other) = (await town.Shop.NewAccountAsync("One"), await town.Shop.NewAccountAsync("Other"));

        var results = await Task.WhenAll(Enumerable.Range(0, 8).Select(async index =>
            (await town.AddAsync(index % 2 == 0 ? one : other, Town.Person("Ann")))[0]));

        Assert.Equal(1, await town.ReadAsync(db => db.Users.CountAsync(user => user.Email == "ann@example.com")));
        Assert.Single(results, result => result is { User: not null, Existed: false });
        Assert.Single(results, result => result is { Invitation: not null, Existed: false });
        Assert.All(results, result => Assert.Null(result.Refusal));
        Assert.Single(await WelcomedAsync(town));
    }

    [Theory]
    [MemberData(nameof(Databases.Usual), MemberType = typeof(Databases))]
    public async Task People_of_the_system_are_never_had_by_invitation(DatabaseKind database)
    {
        await using var town = await Town.OpenAsync(database);
        await town.AddAsync(await town.Shop.NewAccountAsync(), Town.Person("Ann"));

        var results = await town.AddAsync("", Town.Person("Ann"), Town.Person("Root"));
        var again = await town.AddAsync("", Town.Person("Root"));

        Assert.Equal(("EMAIL_TAKEN", "users[0].email"), Town.Refused(results[0]));
        Assert.Equal((UserScope.System, ""), (results[1].User.Scope, results[1].User.PrimaryAccount));
        Assert.True(again[0].Existed);
        Assert.Equal([results[1].User.Name], (await town.MembersAsync("")).Select(member => member.User));
    }

    [Fact]
    public async Task Takes_1_to_100_people_of_an_account_that_exists()
    {
        await using var town = await Town.OpenAsync(DatabaseKind.Sqlite);
        var account = await town.Shop.NewAccountAsync();
        CreateUsersRequest Ask(string parent, int count) => new()
        {
            Parent = parent,
            Users = { Enumerable.Range(0, count).Select(number => Town.Person($"Person {number}")) },
        };

        await Shop.AllNameTheirFieldAsync<CreateUsersResponse>(
            ("users", "none", () => town.Users.CreateUsersAsync(Ask(account, 0))),
            ("users", "101", () => town.Users.CreateUsersAsync(Ask(account, 101))),
            ("parent", "a user", () => town.Users.CreateUsersAsync(Ask($"users/{Guid.NewGuid()}", 1))));
        var unknown = await Shop.RefusedAsync(town.Users.CreateUsersAsync(Ask($"accounts/{Guid.NewGuid()}", 1)));

        Assert.Equal((StatusCode.NotFound, "NOT_FOUND"), (unknown.StatusCode, unknown.Reason()));
        Assert.Equal(0, await town.ReadAsync(db => db.Users.CountAsync()));
        Assert.Equal(100, (await town.Users.CreateUsersAsync(Ask(account, 100))).Results.Count(result => result.User is not null));
    }

    private static Task<List<string>> WelcomedAsync(Town town) => town.ReadAsync(db => db.OutboxMessages
        .Where(message => message.Kind == Domain.Notifications.MessageKind.Welcome)
        .Select(message => message.Address)
        .OrderBy(address => address)
        .ToListAsync());
}
