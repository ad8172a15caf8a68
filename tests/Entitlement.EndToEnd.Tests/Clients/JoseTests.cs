using Entitlement.EndToEnd.Tests.Machinery;

namespace Entitlement.EndToEnd.Tests.Clients;

/// <summary>Other languages' JOSE libraries make what we accept and verify what we make.</summary>
public sealed class JoseTests(ServiceFixture fixture) : IClassFixture<ServiceFixture>
{
    private const string Python = "/usr/bin/python3";

    private readonly Service _service = fixture.Service;

    [Fact]
    public async Task Accepts_a_request_that_another_library_made()
    {
        using var folder = new TemporaryFolder();
        var estate = await Estate.CreateAsync(_service, "--machines", "2", "--feature", "camera:device:4");
        var (request, license) = (folder.File("other.lrq"), folder.File("other.lic"));
        (await Command.RunAsync(Python, Repository.Client("make_request.py"), estate.Slc, estate.ProductCode, request)).Succeeded();

        (await _service.EntitleAsync("activate", request, "--as-product", "--out", license)).Succeeded();

        var claims = (await Command.RunAsync(Python, Repository.Client("verify_file.py"), license, _service.RootFile)).Succeeded().Json;
        Assert.Equal(estate.ProductCode, (string?)claims["product"]);
        Assert.Equal(estate.Slc, (string?)claims["slc"]);
        Assert.Equal(["cam-1"], claims["features"]![0]!["devices"]!.AsArray().Select(id => (string?)id));
    }

    [Fact]
    public async Task The_list_of_revoked_files_that_is_served_is_verified_by_another_library_and_shown()
    {
        using var folder = new TemporaryFolder();

        // One of its own: such a list is made at most once a minute, and names what others revoked.
        await using var service = new Service(folder.File("data"));
        await service.StartAsync();
        var estate = await Estate.CreateAsync(service);
        (await estate.RequestAsync(service, folder.Path, "a.lrq")).Succeeded();
        (await service.EntitleAsync("activate", folder.File("a.lrq"), "--out", folder.File("a.lic"))).Succeeded();
        (await service.EntitleAsync("license", "revoke", estate.License, "--reason", "A drill.")).Succeeded();
        var list = folder.Write("served.rl", (await service.EntitleAsync("keys", "rl")).Succeeded().Output);

        var claims = (await Command.RunAsync(Python, Repository.Client("verify_file.py"), list, service.RootFile)).Succeeded().Json;
        var shown = (await service.EntitleAsync("inspect", list)).Succeeded().Output;
        var asJson = (await service.EntitleAsync("inspect", list, "--json")).Succeeded().Json;

        var revoked = (string)Assert.Single(claims["activations"]!.AsArray())!["sub"]!;
        Assert.StartsWith($"{estate.License}/activations/", revoked, StringComparison.Ordinal);
        Assert.Contains($"Revoked files\t{revoked}, up to generation 1", shown, StringComparison.Ordinal);
        Assert.Equal("list of revoked license files", (string?)asJson["kind"]);
        Assert.True((bool)asJson["signatureHolds"]!);
        Assert.Empty(asJson["problems"]!.AsArray());
    }

    [Fact]
    public async Task Is_verified_by_openssl_alone_and_refused_when_altered()
    {
        using var folder = new TemporaryFolder();
        var estate = await Estate.CreateAsync(_service);
        (await estate.RequestAsync(_service, folder.Path, "a.lrq")).Succeeded();
        var license = folder.File("a.lic");
        (await _service.EntitleAsync("activate", folder.File("a.lrq"), "--out", license)).Succeeded();

        var verified = (await Command.RunAsync(Repository.Client("verify-license-openssl"), license, _service.RootFile)).Succeeded();
        Assert.Equal(estate.Slc, (string?)verified.Json["slc"]);

        var altered = await LicenseFiles.AlterAsync(license, folder.File("altered.lic"));
        Assert.NotEqual(0, (await Command.RunAsync(Repository.Client("verify-license-openssl"), altered, _service.RootFile)).ExitCode);
        Assert.NotEqual(0, (await Command.RunAsync(Python, Repository.Client("verify_file.py"), altered, _service.RootFile)).ExitCode);
    }
}
