using Entitlement.Domain.Names;
using Entitlement.Storage.Access;
using Entitlement.Testing;
using Entitlement.V1;

namespace Entitlement.Server.Tests.Access.Answers;

public class ExplainTests
{
    [Theory]
    [MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task Tells_in_sentences_which_role_gives_it_through_which_group_on_which_ancestor(
        DatabaseKind database)
    {
        await using var town = await Town.OpenAsync(database);
        var ann = await town.AddUserAsync("Ann Lee", town.Vendor);
        var desk = await town.AddGroupAsync(town.Vendor, "Licence desk", ann);
        var assignment = await town.AssignAsync(desk, "licensing", town.Vendor);
        var (_, client) = await town.AddCallerAsync(town.Vendor, "administrator", town.Vendor);

        var told = await ExplainAsync(client, ann, Permission.LicenseActivate, town.CustomerName);

        Assert.Equal((true, AccessSource.Assignment), (told.Allowed, told.Source));
        var role = Assert.Single(told.Roles);
        Assert.Equal(
            ("roles/licensing", assignment, desk, true),
            (role.Role, role.RoleAssignment, role.Group, role.Inherited));
        Assert.Equal(
            [
                "They may activate licenses here.",
                "They hold the role Licensing on Vendor Inc., which is above, as a member of the group Licence desk.",
            ],
            told.Sentences);
    }

    [Theory]
    [MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task Tells_what_ended_what_would_be_enough_and_whom_to_ask(DatabaseKind database)
    {
        await using var town = await Town.OpenAsync(database);
        var ann = await town.AddUserAsync("Ann Lee", town.Customer);
        var bob = await town.AddUserAsync("Bob Ray", town.Customer);
        await town.AssignAsync(bob, "supervisor", town.Customer);
        var end = new DateTimeOffset(2026, 5, 1, 12, 0, 0, TimeSpan.Zero);
        await town.AssignAsync(ann, "licensing", town.Customer, end);
        var (_, client) = await town.AddCallerAsync(town.Partner, "administrator", town.Partner);

        var told = await ExplainAsync(client, ann, Permission.LicenseConfigure, town.CustomerName);

        Assert.Equal((false, AccessSource.Nothing), (told.Allowed, told.Source));
        Assert.Equal("roles/licensing", Assert.Single(told.EndedRoles).Role);
        Assert.Equal(["roles/licensing", "roles/administrator"], told.SufficientRoles);
        Assert.Equal(bob, Assert.Single(told.Contacts.Contacts).Name);
        Assert.Equal(
            [
                "They may not configure new software here.",
                "They held the role Licensing right here until 1 May 2026, 12:00 UTC.",
                "Enough would be: Licensing or Administrator.",
                "Ask Bob Ray, bob.ray@example.com.",
            ],
            told.Sentences);
    }

    [Theory]
    [MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task Tells_a_customer_that_somebody_above_has_access_and_not_through_which_of_their_groups(
        DatabaseKind database)
    {
        await using var town = await Town.OpenAsync(database);
        var ann = await town.AddUserAsync("Ann Lee", town.Vendor);
        var desk = await town.AddGroupAsync(town.Vendor, "Secret project", ann);
        await town.AssignAsync(desk, "licensing", town.Vendor);
        var (_, client) = await town.AddCallerAsync(town.Customer, "supervisor", town.Customer);

        var told = await ExplainAsync(client, ann, Permission.LicenseActivate, town.CustomerName);

        var role = Assert.Single(told.Roles);
        Assert.Equal(("", "", ""), (role.RoleAssignment, role.Group, role.ScopeDisplayName));
        Assert.Equal("They hold the role Licensing on an account above.", told.Sentences[1]);
        Assert.DoesNotContain("Secret", $"{told}", StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task Tells_of_a_policy_of_oneself_and_of_somebody_who_is_switched_off(DatabaseKind database)
    {
        await using var town = await Town.OpenAsync(database);
        var ann = await town.AddUserAsync("Ann Lee", town.Customer);
        var bob = await town.AddUserAsync("Bob Ray", town.Customer);
        await town.ChangeAsync(
            db =>
            {
                db.Accounts.Single(row => row.Id == town.Customer)
                    .Follow(Domain.Access.AccountPolicy.OpenUntilSupervised);
                var id = UserName.Parse(bob, "").UserId;
                db.Users.Single(row => row.Id == id).Disable();
            },
            (AccessThing.Account, town.Customer));
        var (_, client) = await town.AddCallerAsync(town.Partner, "administrator", town.Partner);

        var open = await ExplainAsync(client, ann, Permission.LicenseReadPack, town.CustomerName);
        var off = await ExplainAsync(client, bob, Permission.LicenseReadPack, town.CustomerName);
        var own = await ExplainAsync(client, "", Permission.LicenseSuspend, town.CustomerName);

        Assert.Equal("The account gives it to every member.", open.Sentences[^1]);
        Assert.Equal((false, AccessSource.SwitchedOff), (off.Allowed, off.Source));
        Assert.Equal("You may not suspend and reinstate licenses here.", own.Sentences[0]);
    }

    private static async Task<PermissionExplanation> ExplainAsync(
        AccessService.AccessServiceClient client, string principal, Permission permission, string resource) =>
        (await client.ExplainPermissionAsync(new ExplainPermissionRequest
        {
            Principal = principal,
            Check = new PermissionCheck { Permission = permission, Resource = resource },
        })).Explanation;
}
