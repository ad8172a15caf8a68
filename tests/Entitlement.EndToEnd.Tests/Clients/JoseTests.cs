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

        var claims = (await Command.RunAsync(Python, Repository.Client("verify_license.py"), license, _service.RootFile)).Succeeded().Json;
        Assert.Equal(estate.ProductCode, (string?)claims["product"]);
        Assert.Equal(estate.Slc, (string?)claims["slc"]);
        Assert.Equal(["cam-1"], claims["features"]![0]!["devices"]!.AsArray().Select(id => (string?)id));
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
        Assert.NotEqual(0, (await Command.RunAsync(Python, Repository.Client("verify_license.py"), altered, _service.RootFile)).ExitCode);
    }
}
