using Entitlement.Testing;
using Entitlement.V1;
using Grpc.Core;
using Stub = Entitlement.V1.AccountService.AccountServiceClient;

namespace Entitlement.Server.Tests.Access;

public class GuardTests
{
    [Theory]
    [MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task A_role_reaches_what_is_below_and_neither_siblings_nor_what_is_above(DatabaseKind database)
    {
        await using var shop = await Shop.OpenAsync(database);
        var (vendor, partner, customer, sibling) = await GrowAsync(shop);
        var partners = new Stub(await shop.Host.ConnectAsAsync(("administrator", partner)));

        await partners.GetAccountAsync(new GetAccountRequest { Name = partner });
        await partners.GetAccountAsync(new GetAccountRequest { Name = customer });
        Assert.Equal("NOT_FOUND", await ReasonAsync(partners, vendor));
        Assert.Equal("NOT_FOUND", await ReasonAsync(partners, sibling));
        Assert.Equal(
            [customer, partner],
            (await partners.ListAccountsAsync(new ListAccountsRequest())).Accounts.Select(one => one.Name).OrderBy(one => one == partner));
    }

    [Theory]
    [MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task A_list_holds_the_licenses_that_were_granted_and_no_others(DatabaseKind database)
    {
        await using var shop = await Shop.OpenAsync(database);
        var granted = await shop.NewLicenseAsync();
        var account = string.Join('/', granted.Name.Split('/')[..2]);
        var product = granted.Product;
        var hidden = (await shop.Licenses.CreateLicenseAsync(
            new CreateLicenseRequest { Parent = account, License = new License { Product = product } })).License;
        var licenses = new V1.LicenseService.LicenseServiceClient(await shop.Host.ConnectAsAsync(("license-user", granted.Name)));

        foreach (var parent in new[] { account, "accounts/-" })
        {
            var listed = await licenses.ListLicensesAsync(new ListLicensesRequest { Parent = parent });
            Assert.Equal([granted], listed.Licenses);
        }

        Assert.Equal("NOT_FOUND", (await Assert.ThrowsAsync<RpcException>(
            async () => await licenses.GetLicenseAsync(new GetLicenseRequest { Name = hidden.Name }))).Reason());
    }

    [Theory]
    [MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task An_outsider_is_told_the_same_of_what_exists_and_what_does_not(DatabaseKind database)
    {
        await using var shop = await Shop.OpenAsync(database);
        var account = await shop.NewAccountAsync("Acme");
        var missing = $"accounts/{Guid.NewGuid()}";
        var outsider = new Stub(await shop.Host.ConnectAsAsync(("administrator", await shop.NewAccountAsync("Other"))));

        var ofExisting = await Assert.ThrowsAsync<RpcException>(async () => await outsider.GetAccountAsync(new GetAccountRequest { Name = account }));
        var ofMissing = await Assert.ThrowsAsync<RpcException>(async () => await outsider.GetAccountAsync(new GetAccountRequest { Name = missing }));

        Assert.Equal(
            ofMissing.Status.Detail.Replace(missing, account, StringComparison.Ordinal), ofExisting.Status.Detail);
        Assert.Equal((ofMissing.StatusCode, ofMissing.Reason()), (ofExisting.StatusCode, ofExisting.Reason()));
    }

    [Theory]
    [MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task A_moved_account_takes_what_is_below_along_and_leaves_its_former_managers_behind(DatabaseKind database)
    {
        await using var shop = await Shop.OpenAsync(database);
        var (vendor, partner, customer, sibling) = await GrowAsync(shop);
        var partners = new Stub(await shop.Host.ConnectAsAsync(("administrator", partner)));
        var siblings = new Stub(await shop.Host.ConnectAsAsync(("administrator", sibling)));

        var moved = await shop.Accounts.MoveAccountAsync(new MoveAccountRequest { Name = customer, Parent = sibling });

        Assert.Equal(sibling, moved.Account.Parent);
        Assert.NotEqual("0", moved.ConsistencyToken);
        Assert.Equal("NOT_FOUND", await ReasonAsync(partners, customer));
        await siblings.GetAccountAsync(new GetAccountRequest { Name = customer });
        var circle = await Assert.ThrowsAsync<RpcException>(async () => await shop.Accounts.MoveAccountAsync(
            new MoveAccountRequest { Name = vendor, Parent = customer }));
        Assert.Equal("ACCOUNT_CIRCLE", circle.Reason());
    }

    [Theory]
    [MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task Two_moves_at_once_make_no_circle(DatabaseKind database)
    {
        await using var shop = await Shop.OpenAsync(database);
        var (left, right) = (await shop.NewAccountAsync("Left"), await shop.NewAccountAsync("Right"));

        var results = await Task.WhenAll(MoveAsync(left, right), MoveAsync(right, left));

        Assert.Equal(["ACCOUNT_CIRCLE", "moved"], results.Order(StringComparer.Ordinal));

        async Task<string> MoveAsync(string name, string parent)
        {
            try
            {
                await shop.Accounts.MoveAccountAsync(new MoveAccountRequest { Name = name, Parent = parent });
                return "moved";
            }
            catch (RpcException refusal)
            {
                return refusal.Reason();
            }
        }
    }

    [Theory]
    [MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task Accounts_stand_no_deeper_than_a_decision_looks(DatabaseKind database)
    {
        await using var shop = await Shop.OpenAsync(database);
        var parent = "";
        for (var depth = 0; depth < 8; depth++)
        {
            parent = await OpenAsync(shop, $"Level {depth}", parent);
        }

        var refusal = await Assert.ThrowsAsync<RpcException>(async () => await OpenAsync(shop, "One too many", parent));

        Assert.Equal("ACCOUNT_TOO_DEEP", refusal.Reason());
    }

    private static async Task<string> ReasonAsync(Stub accounts, string name) =>
        (await Assert.ThrowsAsync<RpcException>(async () => await accounts.GetAccountAsync(new GetAccountRequest { Name = name }))).Reason();

    /// <summary>A vendor with two partners, one of which has a customer.</summary>
    private static async Task<(string Vendor, string Partner, string Customer, string Sibling)> GrowAsync(Shop shop)
    {
        var vendor = await OpenAsync(shop, "Vendor", "");
        var partner = await OpenAsync(shop, "Partner", vendor);
        return (vendor, partner, await OpenAsync(shop, "Customer", partner), await OpenAsync(shop, "Sibling", vendor));
    }

    private static async Task<string> OpenAsync(Shop shop, string name, string parent) =>
        (await shop.Accounts.CreateAccountAsync(
            new CreateAccountRequest { Account = new Account { DisplayName = name }, Parent = parent })).Account.Name;
}
