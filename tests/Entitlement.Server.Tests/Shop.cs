using Entitlement.Storage;
using Entitlement.Testing;
using Entitlement.V1;
using Grpc.Core;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using AuditRecord = Entitlement.Domain.Audit.AuditRecord;

namespace Entitlement.Server.Tests;

/// <summary>A running server, its clients as an administrator has them, and what licenses are made of.</summary>
internal sealed class Shop : IAsyncDisposable
{
    private Shop(EntitlementHost host, ManualClock clock)
    {
        Host = host;
        Clock = clock;
        var channel = host.Administrator;
        Products = new ProductService.ProductServiceClient(channel);
        Accounts = new AccountService.AccountServiceClient(channel);
        Licenses = new LicenseService.LicenseServiceClient(channel);
    }

    public EntitlementHost Host { get; }

    public ManualClock Clock { get; }

    public ProductService.ProductServiceClient Products { get; }

    public AccountService.AccountServiceClient Accounts { get; }

    public LicenseService.LicenseServiceClient Licenses { get; }

    public static async Task<Shop> OpenAsync(DatabaseKind database)
    {
        var clock = new ManualClock(TimeProvider.System.GetUtcNow());
        return new Shop(await EntitlementHost.StartAsync(new HostSettings { Database = database, Clock = clock }), clock);
    }

    public static async Task<RpcException> RefusedAsync<T>(AsyncUnaryCall<T> call)
    {
        using (call)
        {
            return await Assert.ThrowsAsync<RpcException>(() => call.ResponseAsync);
        }
    }

    /// <summary>Sends each case; whatever is not refused for the very field stands in the failure's text.</summary>
    public static async Task AllNameTheirFieldAsync<T>(params IEnumerable<(string Field, string Case, Func<AsyncUnaryCall<T>> Call)> cases)
    {
        foreach (var (field, title, call) in cases)
        {
            var refusal = await RefusedAsync(call());
            Assert.Equal(
                (title, StatusCode.InvalidArgument, "INVALID_ARGUMENT", field),
                (title, refusal.StatusCode, refusal.Reason(), refusal.Info().Metadata["field"]));
        }
    }

    public async Task<string> NewProductAsync(string code = "acme-cad")
    {
        var request = new CreateProductRequest { Product = new Product { Code = code, DisplayName = "Acme CAD" } };
        return (await Products.CreateProductAsync(request)).Product.Name;
    }

    public async Task<string> NewAccountAsync(string displayName = "Acme")
    {
        var request = new CreateAccountRequest { Account = new Account { DisplayName = displayName } };
        return (await Accounts.CreateAccountAsync(request)).Account.Name;
    }

    public async Task<License> NewLicenseAsync(string account, string product) =>
        (await Licenses.CreateLicenseAsync(new CreateLicenseRequest { Parent = account, License = new License { Product = product } })).License;

    /// <summary>A license of a new account and a new product.</summary>
    public async Task<License> NewLicenseAsync() => await NewLicenseAsync(await NewAccountAsync(), await NewProductAsync());

    /// <summary>What was recorded about products, accounts and licenses, oldest first.</summary>
    public async Task<IReadOnlyList<AuditRecord>> AuditAsync() => await ReadAsync(db => db.AuditRecords
        .Where(record => record.Action != "administrator.create")
        .OrderBy(record => record.Time)
        .ToListAsync());

    public async Task<T> ReadAsync<T>(Func<EntitlementDbContext, Task<T>> read)
    {
        await using var scope = Host.Services.CreateAsyncScope();
        return await read(scope.ServiceProvider.GetRequiredService<EntitlementDbContext>());
    }

    public ValueTask DisposeAsync() => Host.DisposeAsync();
}
