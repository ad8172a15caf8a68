using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Entitlement.Domain.Activations;
using Entitlement.Domain.Licenses;
using Entitlement.Domain.Names;
using Entitlement.Storage;
using Entitlement.Storage.Writing;
using Entitlement.Testing;
using Entitlement.V1;
using Grpc.Core;
using Microsoft.Extensions.DependencyInjection;
using License = Entitlement.Domain.Licenses.License;

namespace Entitlement.Server.Tests.Reports;

public class LicensePackTests
{
    private static readonly bool IsLong = Environment.GetEnvironmentVariable("ENTITLEMENT_TEST_LONG") == "1";

    [Theory]
    [MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task Holds_the_current_file_of_each_standing_activation_as_it_was_signed(DatabaseKind database)
    {
        await using var host = await EntitlementHost.StartAsync(database);
        var license = await host.CreateLicenseAsync(wanted => wanted.MachineLimit = 20);
        var current = new Dictionary<string, byte[]>(StringComparer.Ordinal);

        // More than a page; one of them with a second file, one that is given back.
        for (var i = 0; i < 18; i++)
        {
            using var product = new InstalledProduct();
            var answer = await ActivateAsync(host, product, product.Ask(license.Slc));
            if (i == 3)
            {
                answer = await ActivateAsync(host, product, product.Ask(license.Slc) with { Generation = 1 });
            }

            if (i == 5)
            {
                await new ActivationService.ActivationServiceClient(host.Anonymous).DeactivateAsync(
                    new DeactivateRequest { ReturnReceipt = product.Return(answer.Activation.Name) });
                continue;
            }

            current[$"acme-cad/{license.SlcEnding}-{answer.Activation.Name.Split('/')[^1]}.lic"] = answer.LicenseFile.ToByteArray();
        }

        var entries = await UnpackAsync(host, AccountOf(license.Name));

        var files = entries.Where(entry => entry.Key.EndsWith(".lic", StringComparison.Ordinal)).ToDictionary();
        Assert.Equal(current.Keys.Order(StringComparer.Ordinal), files.Keys.Order(StringComparer.Ordinal));
        Assert.All(current, file => Assert.Equal(file.Value, files[file.Key]));
        Assert.Equal(files.Count + 2, entries.Count);
    }

    [Fact]
    public async Task Its_checksums_are_those_of_its_files()
    {
        await using var host = await EntitlementHost.StartAsync();
        var license = await host.CreateLicenseAsync();
        using var product = new InstalledProduct();
        var answer = await ActivateAsync(host, product, product.Ask(license.Slc));

        var entries = await UnpackAsync(host, AccountOf(license.Name));

        var path = entries.Keys.Single(name => name.EndsWith(".lic", StringComparison.Ordinal));
        var hash = Convert.ToHexStringLower(SHA256.HashData(answer.LicenseFile.Span));
        Assert.Equal($"{hash}  {path}\n", Encoding.ASCII.GetString(entries["SHA256SUMS"]));
        var manifest = JsonDocument.Parse(entries["manifest.json"]).RootElement;
        var told = manifest.GetProperty("files").EnumerateArray().Single();
        Assert.Equal((AccountOf(license.Name), 1), (manifest.GetProperty("account").GetString(), manifest.GetProperty("file_count").GetInt32()));
        Assert.Equal((path, hash), (told.GetProperty("path").GetString(), told.GetProperty("sha256").GetString()));
        Assert.Equal(answer.Activation.Name, told.GetProperty("activation").GetString());
        Assert.Equal(("press-7", 1), (told.GetProperty("machine_name").GetString(), told.GetProperty("generation").GetInt32()));
    }

    [Fact]
    public async Task Leaves_out_what_is_revoked_and_what_others_have()
    {
        await using var host = await EntitlementHost.StartAsync();
        var license = await host.CreateLicenseAsync();
        using var product = new InstalledProduct();
        await ActivateAsync(host, product, product.Ask(license.Slc));
        var others = await host.CreateLicenseAsync();
        using var otherProduct = new InstalledProduct();
        await ActivateAsync(host, otherProduct, otherProduct.Ask(others.Slc));
        await new LicenseService.LicenseServiceClient(host.Administrator).RevokeLicenseAsync(
            new RevokeLicenseRequest { Name = license.Name, Reason = "Unpaid." });

        var entries = await UnpackAsync(host, AccountOf(license.Name));

        Assert.Equal(["SHA256SUMS", "manifest.json"], entries.Keys.Order(StringComparer.Ordinal));
        Assert.Empty(entries["SHA256SUMS"]);
    }

    [Fact]
    public async Task Thousands_of_licenses_stream_in_little_memory()
    {
        var (count, fileSize) = IsLong ? (10_000, 4 * 1024) : (1_500, 16 * 1024);
        await using var host = await EntitlementHost.StartAsync();
        var first = await host.CreateLicenseAsync();
        await FillAsync(host, LicenseName.Parse(first.Name, "name"), first.Product, count, fileSize);
        await using var scratch = new FileStream(Path.GetTempFileName(), FileMode.Open, FileAccess.ReadWrite, FileShare.None, 4096, FileOptions.DeleteOnClose);

        var before = GC.GetTotalMemory(forceFullCollection: true);
        var (parts, peak) = (0, 0L);
        using var call = Client(host).RetrieveLicensePack(new RetrieveLicensePackRequest { Parent = AccountOf(first.Name) });
        await foreach (var part in call.ResponseStream.ReadAllAsync())
        {
            Assert.InRange(part.Content.Length, 1, 64 * 1024);
            await scratch.WriteAsync(part.Content.Memory);
            peak = parts++ % 100 == 0 ? Math.Max(peak, GC.GetTotalMemory(forceFullCollection: true) - before) : peak;
        }

        Assert.True(scratch.Length > count * (fileSize * 3L / 4), $"{scratch.Length} bytes");
        Assert.True(peak < scratch.Length / 2, $"{peak} bytes at most, of {scratch.Length}");
        scratch.Position = 0;
        using var zip = new ZipArchive(scratch, ZipArchiveMode.Read);
        Assert.Equal(count + 2, zip.Entries.Count);
    }

    [Fact]
    public async Task Refuses_an_account_that_is_none()
    {
        await using var host = await EntitlementHost.StartAsync();

        Assert.Equal("NOT_FOUND", (await RefusedAsync(host, $"accounts/{Guid.NewGuid()}")).Reason());
        Assert.Equal("INVALID_ARGUMENT", (await RefusedAsync(host, "accounts/-")).Reason());
        using var anonymous = new V1.ReportService.ReportServiceClient(host.Anonymous).RetrieveLicensePack(
            new RetrieveLicensePackRequest { Parent = $"accounts/{Guid.NewGuid()}" });
        Assert.Equal("UNAUTHENTICATED", (await Assert.ThrowsAsync<RpcException>(() => anonymous.ResponseStream.MoveNext(default))).Reason());
    }

    private static V1.ReportService.ReportServiceClient Client(EntitlementHost host) => new(host.Administrator);

    private static string AccountOf(string license) => string.Join('/', license.Split('/')[..2]);

    private static async Task<RpcException> RefusedAsync(EntitlementHost host, string parent)
    {
        using var call = Client(host).RetrieveLicensePack(new RetrieveLicensePackRequest { Parent = parent });
        return await Assert.ThrowsAsync<RpcException>(() => call.ResponseStream.MoveNext(default));
    }

    private static async Task<ActivateResponse> ActivateAsync(
        EntitlementHost host, InstalledProduct product, Formats.LicenseRequest request) =>
        await new ActivationService.ActivationServiceClient(host.Anonymous).ActivateAsync(
            new ActivateRequest { LicenseRequest = product.Sign(request) });

    private static async Task<Dictionary<string, byte[]>> UnpackAsync(EntitlementHost host, string account)
    {
        using var content = new MemoryStream();
        using var call = Client(host).RetrieveLicensePack(new RetrieveLicensePackRequest { Parent = account });
        await foreach (var part in call.ResponseStream.ReadAllAsync())
        {
            await content.WriteAsync(part.Content.Memory);
        }

        var entries = new Dictionary<string, byte[]>(StringComparer.Ordinal);
        await using var zip = new ZipArchive(content, ZipArchiveMode.Read);
        foreach (var entry in zip.Entries)
        {
            using var bytes = new MemoryStream();
            await using var stream = await entry.OpenAsync();
            await stream.CopyToAsync(bytes);
            entries.Add(entry.FullName, bytes.ToArray());
        }

        return entries;
    }

    /// <summary>As many licenses as are wanted, each with a machine that has a file; what stands in the files does not matter here.</summary>
    private static async Task FillAsync(EntitlementHost host, LicenseName account, string product, int count, int fileSize)
    {
        var writer = host.Services.GetRequiredService<Writer>();
        var now = TimeProvider.System.GetUtcNow().ToWholeMilliseconds();
        foreach (var chunk in Enumerable.Range(0, count).Chunk(2_000))
        {
            await writer.RunAsync(
                (db, _) =>
                {
                    foreach (var number in chunk)
                    {
                        var (license, _) = License.Create(
                            new AccountName(account.AccountId), ProductName.Parse(product, "product"), new LicenseTerms(), now);
                        var activation = ActivationPlan
                            .Make(license, [], recorded: null, standingDevices: [], Machine(number))
                            .Carry(TimeSpan.FromDays(30), now);
                        db.Add(license);
                        db.Add(activation);
                        db.Add(IssuedFile.Create(activation, Guid.CreateVersion7(now), "kid", RandomNumberGenerator.GetBytes(fileSize)));
                    }

                    return Task.FromResult(true);
                },
                CancellationToken.None);
        }
    }

    private static MachineFacts Machine(int number) => new()
    {
        Thumbprint = [.. new byte[28], .. BitConverter.GetBytes(number)],
        MachineName = $"machine-{number}",
        Components = "{}",
        Product = "acme-cad",
        ProductVersion = "1.0",
        BuildDate = new DateOnly(2026, 1, 1),
        Generation = 0,
        Devices = [],
    };
}
