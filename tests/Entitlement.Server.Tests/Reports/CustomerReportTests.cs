using System.Text;
using System.Text.Json;
using Entitlement.Domain.Accounts;
using Entitlement.Domain.Names;
using Entitlement.Server.Reports;
using Entitlement.Storage;
using Entitlement.Storage.Writing;
using Entitlement.Testing;
using Entitlement.V1;
using Grpc.Core;
using Microsoft.Extensions.DependencyInjection;
using Account = Entitlement.V1.Account;

namespace Entitlement.Server.Tests.Reports;

public class CustomerReportTests
{
    [Theory]
    [MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task Tells_of_each_license_what_it_grants_and_what_is_in_use(DatabaseKind database)
    {
        await using var host = await EntitlementHost.StartAsync(database);
        var license = await host.CreateLicenseAsync(wanted =>
        {
            (wanted.MachineLimit, wanted.Edition, wanted.ExternalRef) = (3, "pro", "SO-7");
            wanted.Features.Add(new FeatureLine { Code = "camera", Counts = FeatureCount.Device, Quantity = 4 });
            wanted.Features.Add(new FeatureLine { Code = "export", Counts = FeatureCount.License });
        });
        using var product = new InstalledProduct();
        await new ActivationService.ActivationServiceClient(host.Anonymous).ActivateAsync(new ActivateRequest
        {
            LicenseRequest = product.Sign(product.Ask(license.Slc) with { Devices = [new("cam-1", "camera")] }),
        });

        var lines = (await ReadAsync(host, AccountOf(license), ReportFormat.Csv)).Split("\r\n");
        var json = JsonDocument.Parse(await ReadAsync(host, AccountOf(license), ReportFormat.JsonLines)).RootElement;

        Assert.Equal(3, lines.Length);
        var row = lines[0].Split(',').Zip(lines[1].Split(',')).ToDictionary(cell => cell.First, cell => cell.Second);
        (string Column, string Value)[] expected =
        [
            ("account", AccountOf(license)), ("account_display_name", "Example Works"), ("license", license.Name),
            ("slc_ending", license.SlcEnding), ("product_code", "acme-cad"), ("product_display_name", "Acme CAD"),
            ("edition", "pro"), ("state", "active"), ("machine_limit", "3"), ("machines_held", "1"),
            ("features", "camera:1/4 export:1"), ("external_ref", "SO-7"),
        ];
        Assert.All(expected, cell => Assert.Equal(cell.Value, row[cell.Column]));
        Assert.All(expected, cell => Assert.Equal(cell.Value, $"{json.GetProperty(cell.Column)}"));
        Assert.Equal(JsonValueKind.Number, json.GetProperty("machine_limit").ValueKind);
        Assert.False(json.TryGetProperty("end_time", out _));
        Assert.DoesNotContain(license.Slc, string.Join('\n', lines), StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Databases.Usual), MemberType = typeof(Databases))]
    public async Task Covers_the_accounts_below_when_it_is_asked_to_and_no_others(DatabaseKind database)
    {
        await using var host = await EntitlementHost.StartAsync(database);
        var partner = await AddAsync(host, "Partner", parent: null);
        await AddAsync(host, "Customer", partner);
        await AddAsync(host, "Foreign", parent: null);

        Assert.Equal(["Partner"], await NamesAsync(includeBelow: false));
        Assert.Equal(["Partner", "Customer"], await NamesAsync(includeBelow: true));
        var row = JsonDocument.Parse(await ReadAsync(host, $"{partner}", ReportFormat.JsonLines)).RootElement;
        Assert.Equal(
            ("C-Partner", "Gasse 1, 1010 Wien", "AT", "Zoë Müller", "zoe@example.com"),
            (Text("customer_number"), Text("postal_address"), Text("country_code"), Text("contact_name"), Text("contact_email")));
        Assert.False(row.TryGetProperty("license", out _));

        string? Text(string column) => row.GetProperty(column).GetString();

        async Task<IEnumerable<string?>> NamesAsync(bool includeBelow) =>
            (await ReadAsync(host, $"{partner}", ReportFormat.JsonLines, includeBelow))
            .Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(line => JsonDocument.Parse(line).RootElement.GetProperty("account_display_name").GetString());
    }

    [Fact]
    public async Task No_text_of_others_becomes_a_formula()
    {
        await using var host = await EntitlementHost.StartAsync();
        var account = await new AccountService.AccountServiceClient(host.Administrator).CreateAccountAsync(
            new CreateAccountRequest { Account = new Account { DisplayName = "=HYPERLINK(\"http://evil.example\",\"x\")" } });

        var text = await ReadAsync(host, account.Account.Name, ReportFormat.Unspecified);

        Assert.Contains(",\"'=HYPERLINK(\"\"http://evil.example\"\",\"\"x\"\")\",", text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("=1+1", "'=1+1")]
    [InlineData("+43 1 58858", "'+43 1 58858")]
    [InlineData("-2", "'-2")]
    [InlineData("@SUM(A1)", "'@SUM(A1)")]
    [InlineData("\t=1", "'\t=1")]
    [InlineData("  =1", "'  =1")]
    [InlineData("'quoted", "''quoted")]
    [InlineData("a=b", "a=b")]
    [InlineData("", "")]
    [InlineData(" ", " ")]
    public void Marks_what_a_spreadsheet_would_take_for_a_formula(string cell, string guarded) =>
        Assert.Equal(guarded, CsvText.Guard(cell));

    [Fact]
    public async Task Refuses_what_it_does_not_know()
    {
        await using var host = await EntitlementHost.StartAsync();

        Assert.Equal("NOT_FOUND", (await RefusedAsync($"accounts/{Guid.NewGuid()}", ReportFormat.Csv)).Reason());
        Assert.Equal("format", (await RefusedAsync($"accounts/{Guid.NewGuid()}", (ReportFormat)99)).Info().Metadata["field"]);

        async Task<RpcException> RefusedAsync(string parent, ReportFormat format) =>
            await Assert.ThrowsAsync<RpcException>(() => ReadAsync(host, parent, format));
    }

    private static Task<AccountName> AddAsync(EntitlementHost host, string displayName, AccountName? parent) =>
        host.Services.GetRequiredService<Writer>().RunAsync(
            async (db, token) =>
            {
                var wanted = new NewAccount
                {
                    DisplayName = displayName,
                    ParentId = parent?.AccountId,
                    CustomerNumber = $"C-{displayName}",
                    Contact = new Domain.Accounts.ContactDetails("Gasse 1, 1010 Wien", "AT", "Zoë Müller", "zoe@example.com", ""),
                };
                var account = Domain.Accounts.Account.Open(wanted, TimeProvider.System.GetUtcNow());
                await db.AddAccountAsync(account, token);
                return account.Name;
            },
            CancellationToken.None);

    private static string AccountOf(License license) => string.Join('/', license.Name.Split('/')[..2]);

    private static async Task<string> ReadAsync(EntitlementHost host, string account, ReportFormat format, bool includeBelow = false)
    {
        using var content = new MemoryStream();
        using var call = new V1.ReportService.ReportServiceClient(host.Administrator).RetrieveCustomerDetailReport(
            new RetrieveCustomerDetailReportRequest { Parent = account, Format = format, IncludeBelow = includeBelow });
        await foreach (var part in call.ResponseStream.ReadAllAsync())
        {
            await content.WriteAsync(part.Content.Memory);
        }

        return Encoding.UTF8.GetString(content.ToArray());
    }
}
