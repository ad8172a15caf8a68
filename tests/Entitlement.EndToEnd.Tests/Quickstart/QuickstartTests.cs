using System.Net;
using System.Net.Sockets;
using Entitlement.EndToEnd.Tests.Machinery;

namespace Entitlement.EndToEnd.Tests.Quickstart;

/// <summary>The first command of the README, as somebody runs it who has never seen the service.</summary>
public sealed class QuickstartTests(QuickstartFixture quickstart) : IClassFixture<QuickstartFixture>
{
    private const string Python = "/usr/bin/python3";

    [Fact]
    public void Ends_well_twice_in_a_row_into_the_same_folder()
    {
        quickstart.First.Succeeded();
        quickstart.Kept.Succeeded();
        Assert.NotEqual(quickstart.FirstLicense, File.ReadAllBytes(InFolder("license.lic")));
    }

    [Fact]
    public void Shows_every_command_that_it_runs()
    {
        var shown = quickstart.First.Error;

        Assert.All(
            ["product create", "account create", "license create", "request", "preview", "activate", "verify", "keys jwks"],
            command => Assert.Contains($"$ tools/entitle {command}", shown, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Leaves_a_license_that_openssl_and_another_library_verify()
    {
        var byOpenssl = (await Command.RunAsync(
            Repository.Client("verify-license-openssl"), InFolder("license.lic"), InFolder("root.pem"))).Succeeded();
        var byJwcrypto = (await Command.RunAsync(
            Python, Repository.Client("verify_file.py"), InFolder("license.lic"), InFolder("root.pem"))).Succeeded();

        Assert.Equal(byJwcrypto.Json.ToJsonString(), byOpenssl.Json.ToJsonString());
        Assert.Equal("demo-cad", (string?)byOpenssl.Json["product"]);
    }

    [Fact]
    public async Task Leaves_the_request_that_the_license_answers()
    {
        var thumbprint = (await Command.RunAsync(Python, Repository.Client("verify_request.py"), InFolder("request.lrq"))).Succeeded();
        var license = (await Command.RunAsync(
            Python, Repository.Client("verify_file.py"), InFolder("license.lic"), InFolder("root.pem"))).Succeeded();

        Assert.Equal(thumbprint.Output.Trim(), (string?)license.Json["cnf"]!["jkt"]);
    }

    [Fact]
    public async Task Keeps_the_service_up_with_keep_and_tells_how_to_stop_it()
    {
        using var http = new HttpClient { BaseAddress = quickstart.Ports.HttpAddress };

        var served = await http.GetStringAsync(new Uri("/.well-known/jwks.json", UriKind.Relative));

        Assert.Equal(served.TrimEnd(), (await File.ReadAllTextAsync(InFolder("jwks.json"))).TrimEnd());
        Assert.Matches(QuickstartFixture.StopCommand(), quickstart.Kept.Output);
        Assert.DoesNotContain("stop it", quickstart.First.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Names_a_port_in_use_and_the_option_for_another()
    {
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        var port = ((IPEndPoint)taken.LocalEndpoint).Port;

        var refused = (await Command.RunAsync(Repository.At("tools/quickstart"), "--grpc-port", $"{port}")).Ended(2);

        Assert.Contains($"port {port} is in use", refused.Error, StringComparison.Ordinal);
        Assert.Contains("--grpc-port N", refused.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--out")]
    [InlineData("--port", "7")]
    [InlineData("--http-port", "70000")]
    [InlineData("--http-port", "5080")]
    public async Task Refuses_wrong_use_before_it_builds(params string[] arguments) =>
        Assert.Contains("--help", (await Command.RunAsync(Repository.At("tools/quickstart"), arguments)).Ended(2).Error, StringComparison.Ordinal);

    private string InFolder(string name) => Path.Combine(quickstart.Folder, name);
}
