using Entitlement.Formats;
using Entitlement.Testing;
using Entitlement.V1;
using Google.Rpc;
using Entries = System.Collections.Generic.IReadOnlyList<Entitlement.V1.ImportResult>;

namespace Entitlement.Server.Tests.Estate;

/// <summary>A server that somebody moves into, and the records that they bring.</summary>
internal sealed class MovingIn : IAsyncDisposable
{
    private MovingIn(Shop shop)
    {
        Shop = shop;
        Service = new(shop.Host.Administrator);
    }

    public Shop Shop { get; }

    public EstateService.EstateServiceClient Service { get; }

    public static async Task<MovingIn> BeginAsync(DatabaseKind database) => new(await Shop.OpenAsync(database));

    public static EstateRecord Product() => new()
    {
        Product = new EstateProduct { Code = InstalledProduct.Code, DisplayName = "Acme CAD" },
    };

    public static EstateRecord Account(string reference, string name = "Example Works") => new()
    {
        Account = new EstateAccount { ExternalRef = reference, DisplayName = name },
    };

    public static EstateRecord License(string reference, string account, Action<EstateLicense>? change = null)
    {
        var license = new EstateLicense { ExternalRef = reference, AccountRef = account, ProductCode = InstalledProduct.Code };
        change?.Invoke(license);
        return new EstateRecord { License = license };
    }

    public static EstateRecord Machine(string reference, string license, Action<EstateActivation>? change = null)
    {
        var activation = new EstateActivation { ExternalRef = reference, LicenseRef = license, MachineName = reference };
        change?.Invoke(activation);
        return new EstateRecord { Activation = activation };
    }

    /// <summary>What the other system knows of a machine, by our own formula.</summary>
    public static IEnumerable<MachineComponent> ComponentsOf(InstalledProduct product) =>
        product.Components.Kinds.Select(kind => new MachineComponent
        {
            Kind = MachineComponents.Name(kind),
            Hashes = { product.Components[kind] },
        });

    /// <summary>One batch in a call of its own.</summary>
    public Task<Entries> ImportAsync(params EstateRecord[] records) => ImportAsync([records]);

    /// <summary>Batches in one call.</summary>
    public async Task<Entries> ImportAsync(IEnumerable<EstateRecord[]> batches, bool dryRun = false)
    {
        using var call = Service.ImportEstate();
        var results = new List<ImportResult>();
        foreach (var batch in batches)
        {
            await call.RequestStream.WriteAsync(new ImportEstateRequest { Records = { batch }, DryRun = dryRun });
            Assert.True(await call.ResponseStream.MoveNext(CancellationToken.None));
            results.AddRange(call.ResponseStream.Current.Results);
        }

        await call.RequestStream.CompleteAsync();
        Assert.False(await call.ResponseStream.MoveNext(CancellationToken.None));
        return results;
    }

    /// <summary>A product, an account and a license <c>L-1</c> for so many machines.</summary>
    public async Task<License> SellAsync(int machines, Action<EstateLicense>? change = null)
    {
        var results = await ImportAsync(Product(), Account("C-1"), License("L-1", "C-1", license =>
        {
            license.MachineLimit = machines;
            change?.Invoke(license);
        }));
        Assert.All(results, result => Assert.Equal(ImportOutcome.Created, result.Outcome));
        return await ReadAsync(results[2].Name);
    }

    public async Task<License> ReadAsync(string license) =>
        (await Shop.Licenses.GetLicenseAsync(new GetLicenseRequest { Name = license })).License;

    public async Task<ActivateResponse> ActivateAsync(
        License license, InstalledProduct product, Func<LicenseRequest, LicenseRequest>? change = null, bool asAdministrator = false)
    {
        var ask = product.Ask(license.Slc);
        return await new ActivationService.ActivationServiceClient(asAdministrator ? Shop.Host.Administrator : Shop.Host.Anonymous)
            .ActivateAsync(new ActivateRequest { LicenseRequest = product.Sign(change?.Invoke(ask) ?? ask) });
    }

    /// <summary>All that an export gives.</summary>
    public async Task<IReadOnlyList<EstateRecord>> ExportAsync(int pageSize = 2, EstateKind kind = EstateKind.Unspecified)
    {
        var records = new List<EstateRecord>();
        var request = new ListEstateRecordsRequest { PageSize = pageSize, Kind = kind };
        do
        {
            var page = await Service.ListEstateRecordsAsync(request);
            records.AddRange(page.Records);
            request.PageToken = page.NextPageToken;
        }
        while (request.PageToken.Length > 0);

        return records;
    }

    /// <summary>Reason and field; of a refusal without a field nothing.</summary>
    public static (string Reason, string Field) WhyNot(ImportResult result)
    {
        Assert.Equal(ImportOutcome.Refused, result.Outcome);
        var info = result.Refusal.Details.First(detail => detail.Is(ErrorInfo.Descriptor)).Unpack<ErrorInfo>();
        return (info.Reason, info.Metadata.GetValueOrDefault("field") ?? "");
    }

    public ValueTask DisposeAsync() => Shop.DisposeAsync();
}
