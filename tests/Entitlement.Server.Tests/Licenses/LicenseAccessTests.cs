using Entitlement.Testing;
using Entitlement.V1;
using Grpc.Core;
using Grpc.Net.Client;
using Microsoft.EntityFrameworkCore;

namespace Entitlement.Server.Tests.Licenses;

public class LicenseAccessTests
{
    [Theory]
    [MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task Refuses_every_call_without_accepted_credentials_and_keeps_nothing(DatabaseKind database)
    {
        await using var shop = await Shop.OpenAsync(database);
        var license = await shop.NewLicenseAsync();
        var recorded = (await shop.AuditAsync()).Count;

        foreach (var (channel, cause) in new[] { (shop.Host.Anonymous, "missing"), (shop.Host.Connect("ent_bootstrap_wrong"), "malformed") })
        {
            foreach (var (call, send) in Calls(channel, license))
            {
                var refusal = await Assert.ThrowsAsync<RpcException>(send);
                Assert.Equal(
                    (call, StatusCode.Unauthenticated, "UNAUTHENTICATED", cause),
                    (call, refusal.StatusCode, refusal.Reason(), refusal.Info().Metadata["cause"]));
            }
        }

        Assert.Equal(recorded, (await shop.AuditAsync()).Count);
        Assert.Equal((1, 1, 1), await shop.ReadAsync(async db =>
            (await db.Products.CountAsync(), await db.Accounts.CountAsync(), await db.Licenses.CountAsync())));
        Assert.Equal(license, (await shop.Licenses.GetLicenseAsync(new GetLicenseRequest { Name = license.Name })).License);
    }

    [Theory]
    [MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task Shows_the_code_only_to_who_may_read_it(DatabaseKind database)
    {
        await using var shop = await Shop.OpenAsync(database);
        var license = await shop.NewLicenseAsync();
        var account = string.Join('/', license.Name.Split('/')[..2]);

        foreach (var (role, code) in new[] { ("vendor-representative", ""), ("licensing", license.Slc) })
        {
            var licenses = new V1.LicenseService.LicenseServiceClient(await shop.Host.ConnectAsAsync((role, account)));
            var shown = new[]
            {
                (await licenses.GetLicenseAsync(new GetLicenseRequest { Name = license.Name })).License,
                (await licenses.ListLicensesAsync(new ListLicensesRequest { Parent = account })).Licenses[0],
                (await licenses.ListLicensesAsync(new ListLicensesRequest { Parent = "accounts/-" })).Licenses[0],
            };

            Assert.All(shown, one => Assert.Equal((license.Name, code, license.SlcEnding), (one.Name, one.Slc, one.SlcEnding)));
        }
    }

    private static IEnumerable<(string Call, Func<Task> Send)> Calls(GrpcChannel channel, License license)
    {
        var products = new ProductService.ProductServiceClient(channel);
        var accounts = new AccountService.AccountServiceClient(channel);
        var licenses = new V1.LicenseService.LicenseServiceClient(channel);
        var account = string.Join('/', license.Name.Split('/')[..2]);
        var product = new Product { Code = "acme-cam", DisplayName = "Acme Cam" };
        var wanted = new License { Product = license.Product };

        yield return ("CreateProduct", async () => await products.CreateProductAsync(new CreateProductRequest { Product = product }));
        yield return ("GetProduct", async () => await products.GetProductAsync(new GetProductRequest { Name = license.Product }));
        yield return ("ListProducts", async () => await products.ListProductsAsync(new ListProductsRequest()));
        yield return ("CreateAccount", async () => await accounts.CreateAccountAsync(
            new CreateAccountRequest { Account = new Account { DisplayName = "Another" } }));
        yield return ("GetAccount", async () => await accounts.GetAccountAsync(new GetAccountRequest { Name = account }));
        yield return ("ListAccounts", async () => await accounts.ListAccountsAsync(new ListAccountsRequest()));
        yield return ("CreateLicense", async () => await licenses.CreateLicenseAsync(
            new CreateLicenseRequest { Parent = account, License = wanted }));
        yield return ("GetLicense", async () => await licenses.GetLicenseAsync(new GetLicenseRequest { Name = license.Name }));
        yield return ("ListLicenses", async () => await licenses.ListLicensesAsync(new ListLicensesRequest { Parent = account }));
        yield return ("ListLicenses of all", async () => await licenses.ListLicensesAsync(new ListLicensesRequest { Parent = "accounts/-" }));
        yield return ("SuspendLicense", async () => await licenses.SuspendLicenseAsync(
            new SuspendLicenseRequest { Name = license.Name, Reason = "unpaid" }));
        yield return ("ReinstateLicense", async () => await licenses.ReinstateLicenseAsync(
            new ReinstateLicenseRequest { Name = license.Name, Reason = "paid" }));
        yield return ("RevokeLicense", async () => await licenses.RevokeLicenseAsync(
            new RevokeLicenseRequest { Name = license.Name, Reason = "returned" }));
    }
}
