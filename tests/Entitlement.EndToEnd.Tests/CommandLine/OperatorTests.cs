using Entitlement.EndToEnd.Tests.Machinery;

namespace Entitlement.EndToEnd.Tests.CommandLine;

/// <summary>What an operator does before and beside the service: keys, TLS, the first administrator.</summary>
public sealed class OperatorTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    [Fact]
    public async Task Issues_under_the_keys_that_keys_init_made_elsewhere()
    {
        var keys = _folder.File("keys");
        await using var service = new Service(_folder.File("data"));
        (await service.EntitleAsync("keys", "init", "--dir", keys, "--name", "A company")).Succeeded();
        // The root's key stays away, as it should.
        File.Move(Path.Combine(keys, "root.key.pem"), _folder.File("root.key.pem"));
        await service.StartAsync(
            $"--Signing:SigningKeyFile={keys}/signing.key.pem",
            $"--Signing:SigningCertificateFile={keys}/signing.pem",
            $"--Signing:RootCertificateFile={keys}/root.pem");
        var estate = await Estate.CreateAsync(service);
        (await estate.RequestAsync(service, _folder.Path, "a.lrq")).Succeeded();

        (await service.EntitleAsync("activate", _folder.File("a.lrq"), "--out", _folder.File("a.lic"))).Succeeded();

        (await service.EntitleAsync("verify", _folder.File("a.lic"), "--root", $"{keys}/root.pem")).Succeeded();
    }

    [Fact]
    public async Task Serves_tls_and_is_trusted_by_the_named_root_alone()
    {
        var (certificate, key) = (_folder.File("tls.crt"), _folder.File("tls.key"));
        (await Command.RunAsync(
            "openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2",
            "-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", key, "-out", certificate)).Succeeded();
        await using var service = new Service(_folder.File("data"), tlsRoot: certificate);
        await service.StartAsync($"--Server:CertificateFile={certificate}", $"--Server:CertificateKeyFile={key}");

        (await service.EntitleAsync("product", "list", "--root-ca", certificate)).Succeeded();
        var untrusted = (await service.EntitleAsync("product", "list")).Ended(3);

        Assert.Contains("entitle: UNREACHABLE:", untrusted.Error, StringComparison.Ordinal);
        Assert.Contains("--root-ca", untrusted.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Makes_an_administrator_beside_the_running_service_and_ends_the_bootstrap_key()
    {
        await using var service = new Service(_folder.File("data"));
        await service.StartAsync();
        (await service.EntitleAsync("product", "list")).Succeeded();

        var made = (await Command.RunAsync(
            "dotnet", Repository.ServerProgram, "admin", "create", "--name", "ops", $"--Storage:DataDirectory={service.DataDirectory}")).Succeeded();
        var key = _folder.Write("ops.key", made.Output);

        (await service.EntitleAsync("product", "list", "--api-key-file", key)).Succeeded();
        var refused = (await service.EntitleAsync("product", "list")).Ended(1);
        Assert.Contains("entitle: UNAUTHENTICATED:", refused.Error, StringComparison.Ordinal);
    }

    public void Dispose() => _folder.Dispose();
}
