using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Entitlement.Domain.Names;
using Entitlement.Storage;
using Entitlement.V1;
using Microsoft.EntityFrameworkCore;
using Account = Entitlement.Domain.Accounts.Account;
using License = Entitlement.Domain.Licenses.License;
using Product = Entitlement.Domain.Products.Product;

namespace Entitlement.Server.Reports;

/// <summary>Writes the customer detail report, page by page.</summary>
internal sealed class CustomerReport(EntitlementDbContext db, TimeProvider clock)
{
    /// <summary>A license has up to 1,000 feature lines, and all of a page are in memory at once.</summary>
    private const int PageSize = 50;

    /// <summary>Letters of all languages stay as they are; the report is no page.</summary>
    private static readonly JsonWriterOptions Plain = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Few, and asked for again and again.</summary>
    private readonly Dictionary<Guid, Product> _products = [];

    public async Task WriteAsync(
        AccountName root, bool includeBelow, ReportFormat format, OutgoingBytes output, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        if (format == ReportFormat.Csv)
        {
            await output.WriteAsync(Encoding.UTF8.GetBytes(CustomerRow.CsvHeading), cancellationToken);
        }

        var last = Guid.Empty;
        while (await ListAccountsAsync(root, includeBelow, last, cancellationToken) is { Count: > 0 } accounts)
        {
            foreach (var account in accounts)
            {
                await foreach (var row in ListRowsAsync(account, now, cancellationToken))
                {
                    Write(row, format, output);
                    await output.DrainAsync();
                }
            }

            last = accounts[^1].Id;
        }

        await output.DrainAsync(isEnd: true);
    }

    private static void Write(CustomerRow row, ReportFormat format, OutgoingBytes output)
    {
        if (format == ReportFormat.Csv)
        {
            output.Write(Encoding.UTF8.GetBytes(row.ToCsv()));
            return;
        }

        using (var json = new Utf8JsonWriter(output, Plain))
        {
            row.WriteTo(json);
        }

        output.Write("\n"u8);
    }

    private async Task<List<Account>> ListAccountsAsync(
        AccountName root, bool includeBelow, Guid last, CancellationToken cancellationToken)
    {
        var accounts = includeBelow
            ? db.Accounts.Where(account =>
                db.AccountAncestors.Any(row => row.AncestorId == root.AccountId && row.AccountId == account.Id))
            : db.Accounts.Where(account => account.Id == root.AccountId);
        return await accounts
            .Where(account => account.Id > last)
            .OrderBy(account => account.Id)
            .Take(PageSize)
            .ToListAsync(cancellationToken);
    }

    private async IAsyncEnumerable<CustomerRow> ListRowsAsync(
        Account account,
        DateTimeOffset now,
        [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var licenses = await ListLicensesAsync(account, Guid.Empty, cancellationToken);
        if (licenses.Count == 0)
        {
            yield return new CustomerRow(account, License: null, Product: null, [], now);
        }

        while (licenses.Count > 0)
        {
            var (first, last) = (licenses[0].Id, licenses[^1].Id);
            var lines = (await db.FeatureLines
                .Where(line => line.AccountId == account.Id && line.LicenseId >= first && line.LicenseId <= last)
                .OrderBy(line => line.Code)
                .ToListAsync(cancellationToken)).ToLookup(line => line.LicenseId);
            foreach (var license in licenses)
            {
                var product = await FindProductAsync(license.ProductId, cancellationToken);
                yield return new CustomerRow(account, license, product, [.. lines[license.Id]], now);
            }

            licenses = await ListLicensesAsync(account, last, cancellationToken);
        }
    }

    private async Task<List<License>> ListLicensesAsync(Account account, Guid last, CancellationToken cancellationToken) =>
        await db.Licenses
            .Where(license => license.AccountId == account.Id && license.Id > last)
            .OrderBy(license => license.Id)
            .Take(PageSize)
            .ToListAsync(cancellationToken);

    private async ValueTask<Product> FindProductAsync(Guid id, CancellationToken cancellationToken)
    {
        if (!_products.TryGetValue(id, out var product))
        {
            product = await db.Products.SingleAsync(row => row.Id == id, cancellationToken);
            _products.Add(id, product);
        }

        return product;
    }
}
