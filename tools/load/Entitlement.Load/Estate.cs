using Entitlement.CommandLine.Display;
using Entitlement.CommandLine.Rpc;
using Entitlement.V1;

namespace Entitlement.Load;

/// <summary>
/// What the load is driven on: one product and one account, and licenses that are found again by their references, so that a
/// second run adds none.
/// </summary>
internal static class Estate
{
    public const string ProductCode = "load-test";

    private const string Reference = "load-test";
    private const int MachineLimit = 1_000_000;
    private const int AtOnce = 16;

    /// <returns>The codes of the licenses.</returns>
    public static async Task<string[]> PrepareAsync(
        Connection connection, int licenses, Screen screen, CancellationToken cancellation)
    {
        var product = await FindProductAsync(connection, cancellation) ?? await CreateProductAsync(connection, cancellation);
        var account = await OpenAccountAsync(connection, cancellation);

        var codes = new string[licenses];
        var progress = new Progress(screen, "licenses at hand", licenses);
        var parallel = new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = cancellation };
        await Parallel.ForAsync(0, licenses, parallel, async (i, token) =>
        {
            codes[i] = await CreateLicenseAsync(connection, account, product, i, token);
            progress.Step();
        });
        return codes;
    }

    /// <param name="connection">To the service.</param>
    /// <param name="cancellation">Stops before the next call.</param>
    /// <param name="parent">The account above it; null for that of all load.</param>
    /// <param name="number">Which one below it.</param>
    /// <returns>The account's name.</returns>
    public static async Task<string> OpenAccountAsync(
        Connection connection, CancellationToken cancellation, string? parent = null, int number = 0)
    {
        var opened = await connection.CallAsync<CreateAccountRequest, CreateAccountResponse>(
            Calls.CreateAccount,
            new()
            {
                Account = new() { DisplayName = "Load test", ExternalRef = parent is null ? Reference : $"{Reference}-{number}" },
                Parent = parent ?? "",
            },
            cancellation);
        return opened.Account.Name;
    }

    private static async Task<string?> FindProductAsync(Connection connection, CancellationToken cancellation)
    {
        var request = new ListProductsRequest();
        do
        {
            var page = await connection.CallAsync<ListProductsRequest, ListProductsResponse>(
                Calls.ListProducts, request, cancellation);
            if (page.Products.FirstOrDefault(product => product.Code == ProductCode) is { } found)
            {
                return found.Name;
            }

            request.PageToken = page.NextPageToken;
        }
        while (request.PageToken.Length > 0);
        return null;
    }

    private static async Task<string> CreateProductAsync(Connection connection, CancellationToken cancellation)
    {
        var created = await connection.CallAsync<CreateProductRequest, CreateProductResponse>(
            Calls.CreateProduct,
            new() { Product = new() { Code = ProductCode, DisplayName = "Load test" } },
            cancellation);
        return created.Product.Name;
    }

    private static async Task<string> CreateLicenseAsync(
        Connection connection, string account, string product, int number, CancellationToken cancellation)
    {
        var license = new License { Product = product, MachineLimit = MachineLimit, ExternalRef = $"{Reference}-{number}" };
        license.Features.Add(new FeatureLine { Code = "export", Counts = FeatureCount.License, Quantity = 1 });
        var created = await connection.CallAsync<CreateLicenseRequest, CreateLicenseResponse>(
            Calls.CreateLicense,
            new() { Parent = account, License = license },
            cancellation);
        return created.License.Slc;
    }
}
