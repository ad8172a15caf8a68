using Entitlement.Testing;
using Entitlement.V1;

namespace Entitlement.EndToEnd.Tests.Machinery;

/// <summary>A product, an account and a license of one test's own.</summary>
internal sealed record Estate(string ProductCode, string Account, string License, string Slc)
{
    public static Task<Estate> CreateAsync(Service service, params string[] licenseOptions) =>
        CreateForAsync(service, $"p-{Guid.NewGuid():N}", licenseOptions);

    /// <param name="service">Where they are made: product and account over gRPC, which takes a fraction of what a process takes.</param>
    /// <param name="productCode">Of no product that is there.</param>
    /// <param name="licenseOptions">Of <c>entitle license create</c>.</param>
    public static async Task<Estate> CreateForAsync(Service service, string productCode, params string[] licenseOptions)
    {
        using var channel = service.OpenChannel();
        var headers = await service.CredentialsAsync();
        var product = await new ProductService.ProductServiceClient(channel).CreateProductAsync(
            new CreateProductRequest { Product = new Product { Code = productCode, DisplayName = "A product" } }, headers);
        var account = await new AccountService.AccountServiceClient(channel).CreateAccountAsync(
            new CreateAccountRequest { Account = new Account { DisplayName = "A customer" } }, headers);
        var (productName, accountName) = (product.Product.Name, account.Account.Name);
        var created = (await service.EntitleAsync(
            ["license", "create", "--account", accountName, "--product", productName, "--json", .. licenseOptions])).Succeeded();
        var license = created.Json["license"]!;
        return new Estate(productCode, accountName, (string)license["name"]!, (string)license["slc"]!);
    }

    /// <summary>Makes a license request of this machine for it.</summary>
    public Task<Finished> RequestAsync(Service service, string folder, string file, params string[] options) =>
        service.EntitleAsync(
        [
            "request", "--slc", Slc, "--product", ProductCode, "--product-version", "1.0", "--dir", Path.Combine(folder, "instance"),
            "--out", Path.Combine(folder, file), .. options,
            .. options.Contains("--build-date", StringComparer.Ordinal) ? Array.Empty<string>() : ["--build-date", "2026-11-01"],
        ]);

    /// <summary>Activates this machine for it, as a product does.</summary>
    /// <returns>The path of the license file.</returns>
    public async Task<string> ActivateAsync(Service service, string folder)
    {
        (await RequestAsync(service, folder, "a.lrq")).Succeeded();
        var license = Path.Combine(folder, "a.lic");
        (await service.EntitleAsync("activate", Path.Combine(folder, "a.lrq"), "--as-product", "--out", license)).Succeeded();
        return license;
    }
}
