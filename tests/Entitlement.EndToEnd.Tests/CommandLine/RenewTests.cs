using Entitlement.EndToEnd.Tests.Machinery;
using Entitlement.Testing;

namespace Entitlement.EndToEnd.Tests.CommandLine;

/// <summary>A license file that is kept renewed, from a shell.</summary>
public sealed class RenewTests(ServiceFixture fixture) : IClassFixture<ServiceFixture>, IDisposable
{
    private readonly Service _service = fixture.Service;
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Installs_a_license_file_and_gets_the_next_one_only_when_it_is_due_or_asked_for()
    {
        var estate = await ActivateAsync();

        var installed = (await RenewAsync(estate, "--install", _folder.File("a.lic"), "--json")).Succeeded().Json;
        var asked = (await RenewAsync(estate, "--now", "--json")).Succeeded().Json;
        var notDue = (await RenewAsync(estate)).Succeeded().Output;
        (await _service.EntitleAsync("license", "revoke", estate.License, "--reason", "A drill.")).Succeeded();
        var refused = (await RenewAsync(estate, "--now")).Ended(1);

        Assert.Equal(("VALID", 1, 2), ((string?)installed["reason"], (int)installed["generation"]!, (int)asked["generation"]!));
        Assert.NotEmpty((string)installed["renewalTime"]!);
        Assert.Contains("Generation\t2\n", notDue, StringComparison.Ordinal);
        Assert.Contains("entitle: LICENSE_REVOKED:", refused.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Watches_until_it_is_interrupted()
    {
        var estate = await ActivateAsync();
        (await RenewAsync(estate, "--install", _folder.File("a.lic"))).Succeeded();

        using var watching = Command.Start(
            "dotnet", [Repository.EntitleProgram, .. Arguments(estate), "--watch"], _service.Environment);
        var error = watching.StandardError.ReadToEndAsync();
        var first = await watching.StandardOutput.ReadLineAsync();
        (await Command.RunAsync("kill", "-INT", $"{watching.Id}")).Succeeded();
        await watching.WaitForExitAsync();

        Assert.Equal("Result\tVALID", first);
        Assert.True(watching.ExitCode == 130, await error);
    }

    [Fact]
    public async Task Makes_no_new_installation_of_a_folder_that_holds_none()
    {
        var estate = await ActivateAsync();
        var elsewhere = _folder.File("elsewhere");

        var refused = await _service.EntitleAsync([.. Arguments(estate)[..^1], elsewhere]);

        Assert.Contains("instance.key.pem", refused.Ended(5).Error, StringComparison.Ordinal);
        Assert.False(Directory.Exists(elsewhere));
    }

    private Task<Finished> RenewAsync(Estate estate, params string[] options) =>
        _service.EntitleAsync([.. Arguments(estate), .. options]);

    private string[] Arguments(Estate estate) =>
    [
        "renew", "--product", estate.ProductCode, "--product-version", "1.0", "--build-date", "2026-11-01",
        "--root", _service.RootFile, "--dir", _folder.File("instance"),
    ];

    private async Task<Estate> ActivateAsync()
    {
        var estate = await Estate.CreateAsync(_service);
        (await estate.RequestAsync(_service, _folder.Path, "a.lrq")).Succeeded();
        (await _service.EntitleAsync("activate", _folder.File("a.lrq"), "--as-product", "--out", _folder.File("a.lic"))).Succeeded();
        return estate;
    }
}
