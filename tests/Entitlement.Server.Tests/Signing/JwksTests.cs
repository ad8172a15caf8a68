using System.Net;
using System.Net.Http.Headers;
using System.Text;
using Entitlement.Server.Hosting;
using Entitlement.Server.Signing;
using Entitlement.Signing;
using Entitlement.Testing;
using Entitlement.V1;
using Microsoft.Extensions.DependencyInjection;

namespace Entitlement.Server.Tests.Signing;

public class JwksTests
{
    private static readonly Uri Path = new(KeyEndpoints.JwksPath, UriKind.Relative);

    [Fact]
    public async Task Publishes_the_same_bytes_over_grpc_and_http_and_over_a_restart()
    {
        await using var host = await EntitlementHost.StartAsync();
        var first = await ReadAsync(host);
        await host.StopAsync();
        await host.StartAgainAsync();
        var second = await ReadAsync(host);

        Assert.Equal(first.OverHttp, Encoding.UTF8.GetBytes(first.OverGrpc));
        Assert.Equal(first.OverHttp, second.OverHttp);
        Assert.Contains(host.Services.GetRequiredService<SigningKeys>().Current!.KeyId, first.OverGrpc, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Lets_caches_keep_and_revalidate_the_keys()
    {
        await using var host = await EntitlementHost.StartAsync();
        using var http = new HttpClient { BaseAddress = new Uri(host.HttpAddress) };

        using var full = await http.GetAsync(Path);
        Assert.Equal("application/jwk-set+json", full.Content.Headers.ContentType!.MediaType);
        Assert.True(full.Headers.CacheControl is { Public: true, MaxAge.TotalMinutes: > 0 });

        using var again = new HttpRequestMessage(HttpMethod.Get, Path);
        again.Headers.IfNoneMatch.Add(full.Headers.ETag!);
        using var unchanged = await http.SendAsync(again);
        Assert.Equal(HttpStatusCode.NotModified, unchanged.StatusCode);
        Assert.Empty(await unchanged.Content.ReadAsByteArrayAsync());

        using var other = new HttpRequestMessage(HttpMethod.Get, Path);
        other.Headers.IfNoneMatch.Add(new EntityTagHeaderValue("\"another\""));
        using var changed = await http.SendAsync(other);
        Assert.Equal(HttpStatusCode.OK, changed.StatusCode);

        using var head = await http.SendAsync(new HttpRequestMessage(HttpMethod.Head, Path));
        Assert.Equal(full.Content.Headers.ContentLength, head.Content.Headers.ContentLength);
    }

    [Fact]
    public async Task Refuses_to_start_without_keys_where_they_are_not_made_by_themselves()
    {
        var empty = Directory.CreateTempSubdirectory("entitlement-keys-").FullName;
        await using var app = Composition.Build([
            "--Storage:Provider=SqlServer", "--Storage:ConnectionString=Server=nowhere", "--LicenseFile:Issuer=urn:test",
            $"--Signing:Directory={empty}",
        ]);

        var refusal = Assert.Throws<StartRefusedException>(app.Services.GetRequiredService<SigningKeys>().Load);

        Assert.Contains("entitle keys init", refusal.Message, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFileSystemEntries(empty));
        Directory.Delete(empty);
    }

    [Fact]
    public async Task Warns_while_the_signing_certificate_runs_out_and_signs_nothing_after()
    {
        var clock = new ManualClock(TimeProvider.System.GetUtcNow());
        await using var host = await EntitlementHost.StartAsync(new HostSettings { Clock = clock });
        Assert.DoesNotContain(host.Logs.Lines, line => line.EventId is 1402 or 1403);

        clock.Advance(TimeSpan.FromDays(380));
        await UntilAsync(() => host.Logs.Lines.Any(line => line.EventId == 1402));
        clock.Advance(TimeSpan.FromDays(30));
        await UntilAsync(() => host.Logs.Lines.Any(line => line.EventId == 1403));

        var signer = host.Services.GetRequiredService<LicenseSigner>();
        var refusal = Assert.Throws<InvalidOperationException>(() => signer.Issue(null!));
        Assert.Contains("certificate ran out", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Takes_keys_from_files_that_are_named_one_by_one()
    {
        var made = Directory.CreateTempSubdirectory("entitlement-keys-").FullName;
        KeyCeremony.Complete(made, "Acme", TimeProvider.System.GetUtcNow());
        var paths = KeyPaths.InDirectory(made);
        var settings = new HostSettings
        {
            Options = new()
            {
                ["Signing:SigningKeyFile"] = paths.SigningKeyFile,
                ["Signing:SigningCertificateFile"] = paths.SigningCertificateFile,
                ["Signing:RootCertificateFile"] = paths.RootCertificateFile,
            },
        };
        await using (var host = await EntitlementHost.StartAsync(settings))
        {
            var subject = host.Services.GetRequiredService<SigningKeys>().Current!.Certificate.Subject;
            Assert.Contains("Acme", subject, StringComparison.Ordinal);
            Assert.False(Directory.Exists(System.IO.Path.Combine(host.DataDirectory, "keys")));
        }

        Directory.Delete(made, recursive: true);
    }

    private static async Task UntilAsync(Func<bool> isSo)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while (!isSo())
        {
            limit.Token.ThrowIfCancellationRequested();
            await Task.Yield();
        }
    }

    private static async Task<(string OverGrpc, byte[] OverHttp)> ReadAsync(EntitlementHost host)
    {
        using var http = new HttpClient { BaseAddress = new Uri(host.HttpAddress) };
        var overGrpc = await new V1.KeyService.KeyServiceClient(host.Anonymous).GetJwksAsync(new GetJwksRequest());
        return (overGrpc.Jwks, await http.GetByteArrayAsync(Path));
    }
}
