using Entitlement.Storage.Access;
using Entitlement.Testing;
using Entitlement.V1;

namespace Entitlement.Server.Tests.Access.Answers;

public class ListPrincipalsTests
{
    [Theory]
    [MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task Lists_exactly_those_who_may_do_it_page_by_page(DatabaseKind database)
    {
        await using var town = await Town.OpenAsync(database);
        List<string> people =
        [
            await town.AddUserAsync("Of The Policy", town.Customer),
            await town.AddUserAsync("Of A Group", town.Vendor),
            await town.AddUserAsync("By Own Role", town.Partner),
            await town.AddUserAsync("Ended", town.Partner),
            await town.AddUserAsync("Elsewhere", town.OtherPartner),
        ];
        await town.AssignAsync(await town.AddGroupAsync(town.Vendor, "Desk", people[1]), "licensing", town.Vendor);
        await town.AssignAsync(people[2], "license-user", $"{town.CustomerName}/licenses/{Guid.CreateVersion7()}");
        await town.AssignAsync(people[2], "reporting", town.Partner);
        await town.AssignAsync(people[3], "licensing", town.Customer, town.Clock.GetUtcNow());
        await town.AssignAsync(people[4], "licensing", town.OtherPartner);
        await town.ChangeAsync(
            db => db.Accounts.Single(row => row.Id == town.Customer)
                .Follow(Domain.Access.AccountPolicy.OpenUntilSupervised),
            (AccessThing.Account, town.Customer));
        var (portal, client) = await town.AddCallerAsync(town.Partner, "administrator", town.Partner);
        people.Add(portal);
        people.Add((await town.AddCallerAsync(town.Partner, "contact", town.Vendor)).Name);

        foreach (var permission in new[]
        {
            Permission.LicenseRead, Permission.LicenseActivate, Permission.LicenseReadPack, Permission.AccessManage,
            Permission.LicenseSuspend,
        })
        {
            var expected = new List<string>();
            foreach (var one in people)
            {
                var check = new PermissionCheck { Permission = permission, Resource = town.CustomerName };
                var request = new CheckPermissionRequest { Principal = one, Check = check };
                if ((await client.CheckPermissionAsync(request)).Allowed)
                {
                    expected.Add(one);
                }
            }

            var listed = await ListAsync(client, permission, town.CustomerName, pageSize: 1_000);

            // On a shared database there is an administrator besides, whose key the tests carry.
            Assert.Equal(expected.Order(), listed.Intersect(people).Order());
            Assert.Equal(listed, await ListAsync(client, permission, town.CustomerName, pageSize: 1));
            Assert.Equal(listed.OrderBy(one => one.Contains("serviceAccounts/", StringComparison.Ordinal)), listed);
        }
    }

    [Fact]
    public async Task Shows_nobody_to_who_may_not_see_access_there()
    {
        await using var town = await Town.OpenAsync(DatabaseKind.Sqlite);
        var (_, stranger) = await town.AddCallerAsync(town.OtherPartner);
        var request = new ListPrincipalsRequest { Permission = Permission.LicenseRead, Resource = town.CustomerName };

        Assert.Equal("NOT_FOUND", await Town.ReasonAsync(stranger.ListPrincipalsAsync(request)));
    }

    private static async Task<List<string>> ListAsync(
        AccessService.AccessServiceClient client, Permission permission, string resource, int pageSize)
    {
        var request = new ListPrincipalsRequest { Permission = permission, Resource = resource, PageSize = pageSize };
        var found = new List<string>();
        do
        {
            var page = await client.ListPrincipalsAsync(request);
            Assert.InRange(page.Principals.Count, 0, pageSize);
            found.AddRange(page.Principals.Select(one => one.Principal));
            request.PageToken = page.NextPageToken;
        }
        while (request.PageToken.Length > 0);

        return found;
    }
}
