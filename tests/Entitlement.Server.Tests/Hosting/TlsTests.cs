using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using Entitlement.Testing;
using Entitlement.V1;
using Grpc.Core;
using Grpc.Net.Client;
using Microsoft.Extensions.Logging;

namespace Entitlement.Server.Tests.Hosting;

public sealed class TlsTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("entitlement-tls-").FullName;

    private HostSettings Settings => new()
    {
        Options = new()
        {
            ["Server:CertificateFile"] = Certificates.CertificateFile(_directory),
            ["Server:CertificateKeyFile"] = Certificates.KeyFile(_directory),
            ["Server:GrpcListen"] = "https://127.0.0.1:0",
            ["Server:HttpListen"] = "https://127.0.0.1:0",
        },
    };

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public async Task Serves_both_ports_under_tls_when_a_certificate_is_configured()
    {
        var thumbprint = Certificates.WriteNew(_directory);
        await using var host = await EntitlementHost.StartAsync(Settings);
        using var channel = Connect(host, thumbprint);

        var overGrpc = (await new KeyService.KeyServiceClient(channel).GetJwksAsync(new GetJwksRequest())).Jwks;

        using var http = new HttpClient(Trusting(thumbprint));
        Assert.Equal(overGrpc, await http.GetStringAsync(new Uri($"{host.HttpAddress}/.well-known/jwks.json")));
    }

    [Fact]
    public async Task Does_not_talk_plain_text_on_a_port_under_tls()
    {
        Certificates.WriteNew(_directory);
        await using var host = await EntitlementHost.StartAsync(Settings);
        using var channel = GrpcChannel.ForAddress(host.GrpcAddress.Replace("https", "http", StringComparison.Ordinal));

        var refusal = await Assert.ThrowsAsync<RpcException>(
            async () => await new KeyService.KeyServiceClient(channel).GetJwksAsync(new GetJwksRequest()));

        Assert.Contains(refusal.StatusCode, new[] { StatusCode.Unavailable, StatusCode.Internal });
    }

    [Fact]
    public async Task Serves_a_renewed_certificate_without_a_restart()
    {
        var first = Certificates.WriteNew(_directory);
        var clock = new ManualClock(TimeProvider.System.GetUtcNow());
        await using var host = await EntitlementHost.StartAsync(Settings with { Clock = clock });
        await AskAsync(host, first);

        var second = Certificates.WriteNew(_directory);
        File.SetLastWriteTimeUtc(Certificates.CertificateFile(_directory), clock.GetUtcNow().UtcDateTime.AddHours(1));
        clock.Advance(TimeSpan.FromSeconds(10));

        Assert.NotEqual(first, second);
        await AskAsync(host, second);
    }

    [Fact]
    public async Task Serves_on_with_the_old_certificate_when_the_new_one_is_broken()
    {
        var thumbprint = Certificates.WriteNew(_directory);
        var clock = new ManualClock(TimeProvider.System.GetUtcNow());
        await using var host = await EntitlementHost.StartAsync(Settings with { Clock = clock });

        await File.WriteAllTextAsync(Certificates.KeyFile(_directory), "half a file");
        File.SetLastWriteTimeUtc(Certificates.KeyFile(_directory), clock.GetUtcNow().UtcDateTime.AddHours(1));
        clock.Advance(TimeSpan.FromSeconds(10));

        await AskAsync(host, thumbprint);
        Assert.Contains(host.Logs.Lines, line => line is { EventId: 1003, Level: LogLevel.Error });
    }

    private static async Task AskAsync(EntitlementHost host, string thumbprint)
    {
        using var channel = Connect(host, thumbprint);
        Assert.NotEmpty((await new KeyService.KeyServiceClient(channel).GetJwksAsync(new GetJwksRequest())).Jwks);
    }

    private static GrpcChannel Connect(EntitlementHost host, string thumbprint) => GrpcChannel.ForAddress(
        host.GrpcAddress, new GrpcChannelOptions { HttpHandler = Trusting(thumbprint), DisposeHttpClient = true });

    /// <summary>Trusts this one certificate and no other.</summary>
    private static SocketsHttpHandler Trusting(string thumbprint) => new()
    {
        SslOptions = new SslClientAuthenticationOptions
        {
            RemoteCertificateValidationCallback = (_, certificate, _, _) =>
                certificate is X509Certificate2 own && own.Thumbprint == thumbprint,
        },
    };
}
