using Entitlement.EndToEnd.Tests.Machinery;
using Entitlement.Testing;

namespace Entitlement.EndToEnd.Tests.CommandLine;

/// <summary>Moving in and out from the shell.</summary>
public sealed class EstateTests : IAsyncLifetime, IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private Service Service { get; set; } = null!;

    /// <summary>Its own: an export tells of all that there is.</summary>
    public Task InitializeAsync()
    {
        Service = new Service(_folder.File("data"));
        return Service.StartAsync();
    }

    public async Task DisposeAsync() => await Service.DisposeAsync();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Imports_what_is_right_reports_the_rest_and_takes_the_corrected_report()
    {
        var files = await WriteEstateAsync();
        var report = _folder.File("licenses.refused.csv");

        var rehearsed = (await ImportAsync([.. files, "--dry-run", "--json"])).Ended(1);
        var before = (await Service.EntitleAsync("account", "list", "--json")).Succeeded();
        var imported = (await ImportAsync([.. files, "--json"])).Ended(1);
        var told = await File.ReadAllTextAsync(report);
        await File.WriteAllTextAsync(report, told.Replace("C-9", "C-2", StringComparison.Ordinal));
        var corrected = (await ImportAsync([report, "--kind", "license"])).Succeeded();
        var again = (await ImportAsync([.. files[..2], "--json"])).Succeeded();
        var exported = _folder.File("estate.csv");
        (await Service.EntitleAsync("export", "--out", exported)).Succeeded();
        var moved = (await ImportAsync([exported, "--json"])).Succeeded();

        Assert.Empty(before.Json["accounts"]!.AsArray());
        Assert.Equal((6, 5, 1), Counts(rehearsed));
        Assert.Equal((6, 5, 1), Counts(imported));
        Assert.Equal("1", $"{imported.Json["reasons"]!["REFERENCE_UNKNOWN"]}");
        Assert.Equal(
            "import_line,import_reason,import_message,external_ref,account_ref,product_code,machine_limit,features", told.Split("\r\n")[0]);
        Assert.StartsWith("3,REFERENCE_UNKNOWN,", told.Split("\r\n")[1], StringComparison.Ordinal);
        Assert.EndsWith(",L-2,C-9,acme-cad,1,", told.Split("\r\n")[1], StringComparison.Ordinal);
        Assert.Contains("Created\t1", corrected.Output, StringComparison.Ordinal);
        Assert.Equal((3, 0, 0), Counts(again));
        Assert.Equal((6, 0, 0), Counts(moved));
        Assert.Equal("6", $"{moved.Json["unchanged"]}");
    }

    private static (int Records, int Created, int Refused) Counts(Finished import) => (
        (int)import.Json["records"]!, (int)import.Json["created"]!, (int)import.Json["refused"]!);

    /// <summary>Six records, one of which names an account that there is not.</summary>
    private async Task<string[]> WriteEstateAsync()
    {
        (string Name, string Text)[] files =
        [
            ("products.jsonl", "{\"product\":{\"code\":\"acme-cad\",\"display_name\":\"Acme CAD\"}}\n"),
            ("accounts.csv", "kind,external_ref,display_name\r\naccount,C-1,\"Example, Works\"\r\naccount,C-2,'=Müller\r\n"),
            (
                "licenses.csv",
                "external_ref,account_ref,product_code,machine_limit,features\nL-1,C-1,acme-cad,2,camera:device:4 export:license\nL-2,C-9,acme-cad,1,\n"),
            ("machines.csv", "kind,external_ref,license_ref,machine_name\nactivation,M-1,L-1,press-7\n"),
        ];
        foreach (var (name, text) in files)
        {
            await File.WriteAllTextAsync(_folder.File(name), text);
        }

        return [.. files.Select(file => _folder.File(file.Name))];
    }

    private Task<Finished> ImportAsync(string[] arguments) => Service.EntitleAsync(
        ["import", .. arguments, .. arguments.Any(argument => argument.EndsWith("licenses.csv", StringComparison.Ordinal)) ? ["--kind", "license"] : Array.Empty<string>()]);
}
