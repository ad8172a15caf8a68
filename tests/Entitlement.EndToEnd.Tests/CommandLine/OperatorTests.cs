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
    public async Task Rotates_and_revokes_with_the_root_on_another_machine_while_the_service_runs()
    {
        var (root, keys) = (_folder.File("root"), _folder.File("keys"));
        await using var service = new Service(_folder.File("data"));
        (await service.EntitleAsync("keys", "init", "--root-only", "--dir", root, "--name", "A company")).Succeeded();
        var stolen = await RotateAsync(service, root, keys, "signing", "--root", $"{root}/root.pem");
        await service.StartAsync($"--Signing:Directory={keys}");
        var estate = await Estate.CreateAsync(service);
        (await estate.RequestAsync(service, _folder.Path, "a.lrq")).Succeeded();
        (await service.EntitleAsync("activate", _folder.File("a.lrq"), "--out", _folder.File("a.lic"))).Succeeded();

        (await service.EntitleAsync("keys", "revoke", stolen, "--dir", root)).Succeeded();
        var seen = (await service.EntitleAsync("inspect", $"{root}/keys.krl", "--json")).Succeeded().Json;
        var elsewhere = (await Command.RunAsync(
            "/usr/bin/python3", Repository.Client("verify_file.py"), $"{root}/keys.krl", $"{root}/root.pem")).Succeeded().Json;
        var status = (await service.EntitleAsync("keys", "publish", $"{root}/keys.krl")).Succeeded();
        var served = _folder.Write("served.krl", (await service.EntitleAsync("keys", "krl")).Succeeded().Output);
        var verified = await service.EntitleAsync(
            "verify", _folder.File("a.lic"), "--root", $"{root}/root.pem", "--revoked-keys", served);
        var outdated = (await service.EntitleAsync("keys", "publish", await OlderAsync(service, root, stolen))).Ended(1);
        var next = await RotateAsync(service, root, keys, "signing-2");

        Assert.False(File.Exists(Path.Combine(keys, "root.key.pem")));
        Assert.Equal("list of revoked signing keys", (string?)seen["kind"]);
        Assert.Equal(stolen, (string?)elsewhere["keys"]![0]!["kid"]);
        Assert.Contains($"{stolen}\trevoked", status.Output, StringComparison.Ordinal);
        Assert.Equal(await File.ReadAllBytesAsync($"{root}/keys.krl"), await File.ReadAllBytesAsync(served));
        Assert.NotEqual(stolen, next);
        Assert.Contains("SIGNING_KEY_REVOKED", verified.Ended(4).Output, StringComparison.Ordinal);
        Assert.Contains("entitle: KEY_REVOCATION_LIST_OUTDATED:", outdated.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Rotates_by_one_command_where_the_root_is_beside_the_keys()
    {
        var keys = _folder.File("keys");
        await using var service = new Service(_folder.File("data"));
        (await service.EntitleAsync("keys", "init", "--dir", keys)).Succeeded();

        var rotated = (await service.EntitleAsync("keys", "rotate", "--dir", keys, "--from", "+2d", "--json")).Succeeded().Json;
        var wrong = (await service.EntitleAsync("keys", "rotate", "--dir", keys, "--from", "+401d")).Ended(2);

        Assert.Equal(Path.Combine(keys, "signing-2.pem"), (string?)rotated["certificate"]);
        Assert.Contains("at most 400 days", wrong.Error, StringComparison.Ordinal);
        Assert.False(File.Exists(Path.Combine(keys, "signing-3.key.pem")));
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

    /// <summary>Request, certificate, into the folder; gives the key's id.</summary>
    private async Task<string> RotateAsync(Service service, string root, string keys, string name, params string[] options)
    {
        var certificate = _folder.File($"{name}.issued.pem");
        (await service.EntitleAsync("keys", "request", "--dir", keys)).Succeeded();
        (await service.EntitleAsync(
            "keys", "sign", $"{keys}/{name}.csr.pem", "--dir", root, "--out", certificate, "--from", "+0d")).Succeeded();
        var installed = await service.EntitleAsync(["keys", "install", certificate, "--dir", keys, "--json", .. options]);
        return (string)installed.Succeeded().Json["keyId"]!;
    }

    /// <summary>The first list, as somebody makes it who lost it.</summary>
    private async Task<string> OlderAsync(Service service, string root, string key)
    {
        var list = _folder.File("older.krl");
        (await service.EntitleAsync("keys", "revoke", key, "--dir", root, "--list", list)).Succeeded();
        return list;
    }
}
