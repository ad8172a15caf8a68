using Entitlement.V1;
using Grpc.Net.Client;

namespace Entitlement.Testing;

/// <summary>What a vendor does before a product can be activated, through the API.</summary>
internal static class Vendor
{
    /// <summary>A license for <see cref="InstalledProduct.Code"/> in an account of its own.</summary>
    /// <param name="host">The server.</param>
    /// <param name="change">Makes it differ from one for a single machine, perpetual, self-service.</param>
    public static async Task<License> CreateLicenseAsync(this EntitlementHost host, Action<License>? change = null)
    {
        var channel = host.Administrator;
        var license = new License { Product = await ProductAsync(channel) };
        change?.Invoke(license);
        var account = await new AccountService.AccountServiceClient(channel).CreateAccountAsync(
            new CreateAccountRequest { Account = new Account { DisplayName = "Example Works" } });
        var created = await new LicenseService.LicenseServiceClient(channel).CreateLicenseAsync(
            new CreateLicenseRequest { Parent = account.Account.Name, License = license });
        return created.License;
    }

    /// <summary>The license as it is now.</summary>
    public static async Task<License> ReadAsync(this EntitlementHost host, License license) =>
        (await new LicenseService.LicenseServiceClient(host.Administrator).GetLicenseAsync(
            new GetLicenseRequest { Name = license.Name })).License;

    private static async Task<string> ProductAsync(GrpcChannel channel)
    {
        var products = new ProductService.ProductServiceClient(channel);
        var listed = await products.ListProductsAsync(new ListProductsRequest());
        if (listed.Products.SingleOrDefault(product => product.Code == InstalledProduct.Code) is { } known)
        {
            return known.Name;
        }

        var created = await products.CreateProductAsync(new CreateProductRequest
        {
            Product = new Product { Code = InstalledProduct.Code, DisplayName = "Acme CAD" },
        });
        return created.Product.Name;
    }
}
