using Entitlement.Domain.Accounts;
using Entitlement.Domain.Licenses;
using Entitlement.Domain.Products;
using Entitlement.Storage;
using Entitlement.Storage.Directories;
using Entitlement.Storage.Writing;
using Entitlement.Testing;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.DependencyInjection;

namespace Entitlement.Benchmarks;

/// <summary>A server with many licenses, and requests for them that were never sent before.</summary>
internal sealed class Estate : IAsyncDisposable
{
    private const int LicensesPerAccount = 10;
    private const int LicensesPerCommit = 5_000;

    private readonly List<string> _codes = [];
    private readonly Random _random = new(Seed: 1);

    private Estate(EntitlementHost host) => Host = host;

    public EntitlementHost Host { get; }

    /// <summary>What one license takes in the database, with its directory entry, a feature line and a tenth of an account.</summary>
    public double BytesPerLicense { get; private set; }

    public static async Task<Estate> CreateAsync(int licenses, Action<string> tell)
    {
        var estate = new Estate(await EntitlementHost.StartAsync(new HostSettings
        {
            Options = { ["Logging:LogLevel:Default"] = "Warning" },
        }));
        await estate.AddLicensesAsync(licenses, tell);
        return estate;
    }

    /// <summary>Requests of as many installations, each for a license of its own choice.</summary>
    public List<byte[]> AskForAny(int count) => Ask([.. Enumerable.Range(0, count).Select(_ => _codes[_random.Next(_codes.Count)])]);

    /// <summary>Requests of as many installations, all for the same license.</summary>
    public List<byte[]> AskForOne(int count) => Ask([.. Enumerable.Repeat(_codes[0], count)]);

    public async ValueTask DisposeAsync() => await Host.DisposeAsync();

    private static List<byte[]> Ask(string[] codes)
    {
        var requests = new byte[codes.Length][];
        Parallel.For(0, codes.Length, i =>
        {
            using var product = new InstalledProduct();
            requests[i] = product.Sign(product.Ask(codes[i])).ToByteArray();
        });
        return [.. requests];
    }

    private async Task AddLicensesAsync(int count, Action<string> tell)
    {
        var product = Product.Define(InstalledProduct.Code, "Acme CAD", TimeProvider.System.GetUtcNow());
        await SaveAsync([product]);
        var before = await SizeAsync();
        for (var added = 0; added < count; added += LicensesPerCommit)
        {
            if (added % 100_000 == 0)
            {
                tell($"licenses: {added:N0} of {count:N0}");
            }

            await SaveAsync(NewLicenses(product, Math.Min(LicensesPerCommit, count - added)));
        }

        BytesPerLicense = (double)(await SizeAsync() - before) / count;
    }

    private IEnumerable<object> NewLicenses(Product product, int count)
    {
        var now = TimeProvider.System.GetUtcNow().ToWholeMilliseconds();
        var terms = new LicenseTerms { MachineLimit = 1_000_000, Features = [new("export", FeatureCount.License, 1)] };
        foreach (var share in Enumerable.Range(0, count).Chunk(LicensesPerAccount))
        {
            var account = Account.Open(new NewAccount { DisplayName = "Example Works" }, now);
            yield return account;
            foreach (var _ in share)
            {
                var (license, features) = License.Create(account.Name, product.Name, terms, now);
                _codes.Add(license.Slc.ToGroups());
                yield return license;
                yield return SlcEntry.For(license);
                yield return features[0];
            }
        }
    }

    private async Task SaveAsync(IEnumerable<object> rows)
    {
        var changes = new RowChanges();
        changes.InsertRange(rows);
        var engine = Host.Services.GetRequiredService<StorageEngine>();
        await Host.Services.GetRequiredService<Writer>().RunAsync(
            async (db, token) =>
            {
                await engine.SaveAsync(db, changes, token);
                return true;
            },
            CancellationToken.None);
    }

    /// <summary>Of all pages, whether or not they have left the write-ahead log.</summary>
    private async Task<long> SizeAsync()
    {
        await using var connection = new SqliteConnection($"Data Source={Host.DatabaseFile};Mode=ReadOnly");
        await connection.OpenAsync();
        await using var command = connection.CreateCommand();
        command.CommandText = "SELECT page_count * page_size FROM pragma_page_count(), pragma_page_size()";
        return (long)(await command.ExecuteScalarAsync())!;
    }
}
