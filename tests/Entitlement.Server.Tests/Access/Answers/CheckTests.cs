using Entitlement.Domain.Names;
using Entitlement.Testing;
using Entitlement.V1;
using Grpc.Core;

namespace Entitlement.Server.Tests.Access.Answers;

public class CheckTests
{
    [Theory]
    [MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task Answers_everybody_about_themselves_and_about_others_whoever_may_see_access_there(
        DatabaseKind database)
    {
        await using var town = await Town.OpenAsync(database);
        var ann = await town.AddUserAsync("Ann Lee", town.Customer);
        await town.AssignAsync(ann, "licensing", town.Partner);
        var (portal, client) = await town.AddCallerAsync(town.Partner, "supervisor", town.Partner);

        Assert.True(await IsAllowedAsync(client, ann, Permission.LicenseActivate, town.CustomerName));
        Assert.False(await IsAllowedAsync(client, ann, Permission.LicenseSuspend, town.CustomerName));
        Assert.True(await IsAllowedAsync(client, "", Permission.AccessManage, town.CustomerName));
        Assert.True(await IsAllowedAsync(client, portal, Permission.AccessManage, town.CustomerName));
        Assert.False(await IsAllowedAsync(
            client, "", Permission.AccessManage, $"{new AccountName(town.OtherPartner)}"));
        Assert.False(await IsAllowedAsync(client, "", Permission.AccessManage, ""));
    }

    [Theory]
    [MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task Who_may_not_ask_learns_whom_to_ask_on_their_own_line_and_nothing_anywhere_else(
        DatabaseKind database)
    {
        await using var town = await Town.OpenAsync(database);
        var ann = await town.AddUserAsync("Ann Lee", town.Customer);
        await town.AssignAsync(ann, "supervisor", town.Customer);
        var (_, member) = await town.AddCallerAsync(town.Customer);
        var (_, stranger) = await town.AddCallerAsync(town.OtherPartner);

        var nowhere = $"{new AccountName(Guid.CreateVersion7())}";

        Task<RpcException> AskAsync(AccessService.AccessServiceClient client, string resource) =>
            Town.RefusalAsync(client.CheckPermissionAsync(Ask(ann, Permission.LicenseRead, resource)));

        var told = await AskAsync(member, town.CustomerName);
        var foreign = await AskAsync(stranger, town.CustomerName);
        var missing = await AskAsync(stranger, nowhere);

        Assert.Equal(("PERMISSION_DENIED", "Ann Lee"), (told.Reason(), told.Info().Metadata["contact_name"]));
        Assert.Equal((StatusCode.NotFound, "NOT_FOUND"), (foreign.StatusCode, foreign.Reason()));
        Assert.Equal(
            missing.Status.Detail, foreign.Status.Detail.Replace(town.CustomerName, nowhere, StringComparison.Ordinal));
    }

    [Theory]
    [MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task Answers_a_thousand_checks_in_their_order_and_not_one_more(DatabaseKind database)
    {
        await using var town = await Town.OpenAsync(database);
        var (_, client) = await town.AddCallerAsync(town.Partner, "licensing", town.Partner);
        var request = new BatchCheckPermissionsRequest();
        for (var i = 0; i < 1_000; i++)
        {
            request.Checks.Add(new PermissionCheck
            {
                Permission = i % 3 == 0 ? Permission.LicenseSuspend : Permission.LicenseActivate,
                Resource = i % 2 == 0 ? town.CustomerName : $"{new AccountName(town.OtherPartner)}",
            });
        }

        var answer = await client.BatchCheckPermissionsAsync(request);

        Assert.Equal(Enumerable.Range(0, 1_000).Select(i => i % 3 != 0 && i % 2 == 0), answer.Allowed);
        request.Checks.Add(request.Checks[0]);
        var refusal = await Town.RefusalAsync(client.BatchCheckPermissionsAsync(request));
        Assert.Equal("checks", refusal.Info().Metadata["field"]);
    }

    [Fact]
    public async Task Names_the_field_that_is_wrong()
    {
        await using var town = await Town.OpenAsync(DatabaseKind.Sqlite);
        var (_, client) = await town.AddCallerAsync(town.Customer);
        PermissionCheck[] good = [new() { Permission = Permission.LicenseRead }];
        PermissionCheck bad = new() { Permission = Permission.LicenseRead, Resource = "accounts/ACME" };

        await Shop.AllNameTheirFieldAsync(
            ("check", "none", () => client.CheckPermissionAsync(new CheckPermissionRequest())),
            ("check.permission", "unspecified", () => client.CheckPermissionAsync(Ask("", Permission.Unspecified, ""))),
            ("check.permission", "none", () => client.CheckPermissionAsync(Ask("", Permission.None, ""))),
            ("check.permission", "unknown", () => client.CheckPermissionAsync(Ask("", (Permission)127, ""))),
            ("check.resource", "no name", () => client.CheckPermissionAsync(Ask("", Permission.LicenseRead, "acme"))),
            ("principal", "no name", () => client.CheckPermissionAsync(Ask("ann", Permission.LicenseRead, ""))),
            ("principal", "a group", () => client.CheckPermissionAsync(
                Ask($"groups/{Guid.NewGuid()}", Permission.LicenseRead, ""))));
        await Shop.AllNameTheirFieldAsync(
            ("checks", "none", () => client.BatchCheckPermissionsAsync(new BatchCheckPermissionsRequest())),
            ("checks[1].resource", "the second", () => client.BatchCheckPermissionsAsync(
                new BatchCheckPermissionsRequest { Checks = { good[0], bad } })));
    }

    [Theory]
    [MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task An_answer_is_never_older_than_the_token_that_is_sent_along(DatabaseKind database)
    {
        await using var town = await Town.OpenAsync(database);
        var ann = await town.AddUserAsync("Ann Lee", town.Customer);
        var (_, client) = await town.AddCallerAsync(town.Partner, "supervisor", town.Partner);
        var request = Ask(ann, Permission.LicenseActivate, town.CustomerName);
        var before = await client.CheckPermissionAsync(request);
        await town.AssignAsync(ann, "licensing", town.Customer);

        request.Consistency = new Consistency { AtLeastAsFresh = before.ConsistencyToken };
        var after = await client.CheckPermissionAsync(request);

        Assert.Equal((false, true), (before.Allowed, after.Allowed));
        Assert.NotEqual(before.ConsistencyToken, after.ConsistencyToken);
        foreach (var token in new[] { "x", "-1", $"{long.MaxValue}", "1 " })
        {
            request.Consistency = new Consistency { AtLeastAsFresh = token };
            var refusal = await Town.RefusalAsync(client.CheckPermissionAsync(request));
            Assert.Equal("consistency.at_least_as_fresh", refusal.Info().Metadata["field"]);
        }
    }

    [Theory]
    [MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task Lists_what_somebody_may_do_holds_and_may_assign(DatabaseKind database)
    {
        await using var town = await Town.OpenAsync(database);
        var ann = await town.AddUserAsync("Ann Lee", town.Customer);
        await town.AssignAsync(ann, "supervisor", town.Customer);
        await town.AssignAsync(ann, "reporting", town.Customer, town.Clock.GetUtcNow().AddDays(1));
        var (_, client) = await town.AddCallerAsync(town.Partner, "administrator", town.Partner);

        var answer = await client.ListPermissionsAsync(
            new ListPermissionsRequest { Principal = ann, Resource = town.CustomerName });

        Assert.Equal(
            [
                Permission.AccountRead, Permission.LicenseRead, Permission.LicenseReadPack, Permission.UserRead,
                Permission.UserCreate, Permission.UserRemove, Permission.GroupRead, Permission.AccessRead,
                Permission.AccessManage, Permission.ReportReadCustomers,
            ],
            answer.Permissions);
        Assert.Equal(["roles/reporting", "roles/supervisor"], answer.Roles.Select(role => role.Role).Order());
        Assert.Equal(["roles/contact", "roles/licensing", "roles/reporting"], answer.AssignableRoles);
        Assert.All(answer.Roles, role => Assert.Equal(town.CustomerName, role.Scope));
    }

    private static async Task<bool> IsAllowedAsync(
        AccessService.AccessServiceClient client, string principal, Permission permission, string resource) =>
        (await client.CheckPermissionAsync(Ask(principal, permission, resource))).Allowed;

    private static CheckPermissionRequest Ask(string principal, Permission permission, string resource) => new()
    {
        Principal = principal,
        Check = new PermissionCheck { Permission = permission, Resource = resource },
    };
}
