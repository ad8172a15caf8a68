using Entitlement.Domain.Errors;
using Entitlement.Server.Idempotency;
using Entitlement.Server.Users;
using Entitlement.Testing;
using Entitlement.V1;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using User = Entitlement.V1.User;

namespace Entitlement.Server.Tests.Users;

public class UserUpdateTests
{
    [Theory]
    [MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task Changes_what_the_mask_names_and_nothing_else(DatabaseKind database)
    {
        await using var town = await Town.OpenAsync(database);
        var ann = await town.NewUserAsync(await town.Shop.NewAccountAsync());
        var wanted = new User { DisplayName = "Ann Lee-Ek", Email = "New@Example.com", PhoneNumber = "040 1", ExternalRef = "HR-1" };

        var renamed = (await town.Users.UpdateUserAsync(Change(ann, wanted, "display_name"))).User;
        var moved = (await town.Users.UpdateUserAsync(Change(ann, wanted, "email", "phone_number"))).User;

        Assert.Equal(("Ann Lee-Ek", "ann.lee@example.com", ""), (renamed.DisplayName, renamed.Email, renamed.PhoneNumber));
        Assert.Equal(("new@example.com", "040 1", ""), (moved.Email, moved.PhoneNumber, moved.ExternalRef));
        Assert.Equal(moved, await town.GetAsync(ann.Name));
        Assert.Equal(["user.create", "user.update", "user.update"], await town.ActionsAsync());
    }

    [Theory]
    [MemberData(nameof(Databases.Usual), MemberType = typeof(Databases))]
    public async Task Gives_an_address_up_that_somebody_leaves(DatabaseKind database)
    {
        await using var town = await Town.OpenAsync(database);
        var account = await town.Shop.NewAccountAsync();
        var (ann, bo) = (await town.NewUserAsync(account, "Ann"), await town.NewUserAsync(account, "Bo"));

        var taken = await Shop.RefusedAsync(town.Users.UpdateUserAsync(Change(bo, new User { Email = "ANN@example.com" }, "email")));
        await town.Users.UpdateUserAsync(Change(ann, new User { Email = "ann@example.org" }, "email"));
        var given = await town.Users.UpdateUserAsync(Change(bo, new User { Email = "ann@example.com" }, "email"));

        Assert.Equal((StatusCode.AlreadyExists, "EMAIL_TAKEN"), (taken.StatusCode, taken.Reason()));
        Assert.Equal("ann@example.com", given.User.Email);
    }

    [Theory]
    [MemberData(nameof(Databases.Usual), MemberType = typeof(Databases))]
    public async Task Of_many_who_want_one_address_one_gets_it(DatabaseKind database)
    {
        await using var town = await Town.OpenAsync(database);
        var account = await town.Shop.NewAccountAsync();
        var people = (await town.AddAsync(account, Enumerable.Range(0, 6).Select(number => Town.Person($"Person {number}"))))
            .Select(result => result.User);

        var refusals = await Task.WhenAll(people.Select(person => Refusals.OfAsync(
            async () => await town.Users.UpdateUserAsync(Change(person, new User { Email = "one@example.com" }, "email")))));

        Assert.Single(refusals, refusal => refusal is null);
        Assert.Single(await town.MembersAsync(account), member => member.Email == "one@example.com");
        Assert.All(refusals.OfType<RpcException>(), refusal => Assert.Equal("EMAIL_TAKEN", refusal.Reason()));
    }

    [Fact]
    public async Task Refuses_what_can_not_be_changed()
    {
        await using var town = await Town.OpenAsync(DatabaseKind.Sqlite);
        var ann = await town.NewUserAsync(await town.Shop.NewAccountAsync());
        var foreign = new User { PrimaryAccount = await town.Shop.NewAccountAsync("Foreign") };
        (string, string, Func<AsyncUnaryCall<UpdateUserResponse>>) Case(string field, string title, UpdateUserRequest request) =>
            (field, title, () => town.Users.UpdateUserAsync(request));

        await Shop.AllNameTheirFieldAsync(
            Case("update_mask", "scope", Change(ann, new User { Scope = UserScope.System }, "scope")),
            Case("update_mask", "scope among others", Change(ann, new User { DisplayName = "Ann" }, "display_name", "scope")),
            Case("update_mask", "nothing", Change(ann, new User())),
            Case("update_mask", "something else", Change(ann, new User(), "external_ref")),
            Case("update_mask", "no mask", new UpdateUserRequest { Name = ann.Name, User = new User() }),
            Case("user", "no user", new UpdateUserRequest { Name = ann.Name, UpdateMask = new FieldMask { Paths = { "email" } } }),
            Case("user.display_name", "a control character", Change(ann, new User { DisplayName = "Ann\u0007" }, "display_name")),
            Case("user.email", "none", Change(ann, new User(), "email")),
            Case("user.phone_number", "letters", Change(ann, new User { PhoneNumber = "call" }, "phone_number")),
            Case("user.primary_account", "none", Change(ann, new User(), "primary_account")),
            Case("user.primary_account", "not hers", Change(ann, foreign, "primary_account")));
        var unknown = await Shop.RefusedAsync(town.Users.UpdateUserAsync(
            Change(new User { Name = $"users/{Guid.NewGuid()}" }, new User { DisplayName = "Ann" }, "display_name")));

        Assert.Equal("NOT_FOUND", unknown.Reason());
        Assert.Equal(["user.create"], await town.ActionsAsync());
    }

    [Theory]
    [MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task Of_two_last_administrators_who_are_switched_off_at_once_one_stays(DatabaseKind database)
    {
        await using var town = await Town.OpenAsync(database);
        var people = await town.AddAsync("", Town.Person("Ann"), Town.Person("Bo"), Town.Person("Cy"));
        await town.Groups.AddGroupMemberAsync(new AddGroupMemberRequest { Name = Town.Administrators, Member = people[1].User.Name });
        await town.AssignAsync(people[0].User.Name, "system-administrator", "");
        await town.RevokeKeysAsync();

        var refusals = await Task.WhenAll(people.Select(person => SwitchOffAsync(town, person.User)));

        Assert.Null(refusals[2]);
        Assert.Single(refusals.Take(2), refusal => refusal is null);
        Assert.Single(refusals, refusal => refusal is FailureReason.LastAdministrator);
        Assert.Equal(1, await town.ReadAsync(db => db.Users.CountAsync(user => user.IsEnabled)));
    }

    /// <summary>As a caller does who is no administrator of all; nobody else is left to call.</summary>
    private static async Task<FailureReason?> SwitchOffAsync(Town town, User person)
    {
        var update = UserUpdate.Parse(Change(person, new User(), "is_enabled"));
        var writer = town.Shop.Host.Services.GetRequiredService<OnceWriter>();
        var refusal = await Record.ExceptionAsync(() => writer.RunAsync(
            "operator", (change, token) => update.RunAsync(change, new Administration(null), token), CancellationToken.None));
        return (refusal as EntitlementException)?.Reason;
    }

    internal static UpdateUserRequest Change(User person, User wanted, params IEnumerable<string> fields) => new()
    {
        Name = person.Name,
        User = wanted,
        UpdateMask = new FieldMask { Paths = { fields } },
    };
}
