namespace Entitlement.EndToEnd.Tests.Machinery;

/// <summary>A product, an account and a license of one test's own, made through <c>entitle</c>.</summary>
internal sealed record Estate(string ProductCode, string Account, string License, string Slc)
{
    public static async Task<Estate> CreateAsync(Service service, params string[] licenseOptions)
    {
        var code = $"p-{Guid.NewGuid():N}";
        var product = await FieldAsync(service, "name", "product", "create", "--code", code, "--name", "A product");
        var account = await FieldAsync(service, "name", "account", "create", "--name", "A customer");
        var created = (await service.EntitleAsync(
            ["license", "create", "--account", account, "--product", product, "--json", .. licenseOptions])).Succeeded();
        var license = created.Json["license"]!;
        return new Estate(code, account, (string)license["name"]!, (string)license["slc"]!);
    }

    /// <summary>Makes a license request of this machine for it.</summary>
    public Task<Finished> RequestAsync(Service service, string folder, string file, params string[] options) =>
        service.EntitleAsync(
        [
            "request", "--slc", Slc, "--product", ProductCode, "--product-version", "1.0", "--dir", Path.Combine(folder, "instance"),
            "--out", Path.Combine(folder, file), .. options,
            .. options.Contains("--build-date", StringComparer.Ordinal) ? Array.Empty<string>() : ["--build-date", "2026-11-01"],
        ]);

    private static async Task<string> FieldAsync(Service service, string field, params string[] arguments) =>
        (await service.EntitleAsync([.. arguments, "--field", field])).Succeeded().Output.Trim();
}
