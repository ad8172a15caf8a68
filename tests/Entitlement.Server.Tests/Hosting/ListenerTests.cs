using System.IO.Compression;
using System.Net;
using Entitlement.Server.Hosting;
using Entitlement.Server.Tests.Probing;
using Entitlement.Testing;
using Entitlement.Testing.V1;
using Entitlement.V1;
using Google.Protobuf;
using Grpc.Core;
using Grpc.Health.V1;

namespace Entitlement.Server.Tests.Hosting;

public sealed class ListenerTests : IAsyncLifetime
{
    private static readonly Uri Jwks = new("/.well-known/jwks.json", UriKind.Relative);

    private readonly ProbeBehaviour _behaviour = new();
    private EntitlementHost _host = null!;

    public async Task InitializeAsync() => _host = await EntitlementHost.StartAsync(new HostSettings
    {
        Services = _behaviour.AddTo,
        Options = new() { ["Health:Listen"] = "http://127.0.0.1:0" },
    });

    public async Task DisposeAsync() => await _host.DisposeAsync();

    [Fact]
    public async Task Serves_health_and_nothing_else_on_the_port_of_health()
    {
        var channel = _host.Connect(_host.AdministratorKey, _host.HealthAddress);

        var health = await new Grpc.Health.V1.Health.HealthClient(channel).CheckAsync(new HealthCheckRequest());
        var refusals = new[]
        {
            await Assert.ThrowsAsync<RpcException>(async () => await new Probe.ProbeClient(channel).UnaryAsync(new ProbeRequest())),
            await Assert.ThrowsAsync<RpcException>(
                async () => await new KeyService.KeyServiceClient(channel).GetJwksAsync(new GetJwksRequest())),
        };

        Assert.NotEqual(HealthCheckResponse.Types.ServingStatus.Unknown, health.Status);
        Assert.All(refusals, refusal => Assert.Equal(StatusCode.Unimplemented, refusal.StatusCode));
        Assert.Equal(0, _behaviour.Calls);
    }

    [Fact]
    public async Task Does_not_serve_a_port_that_the_host_header_only_claims()
    {
        using var handler = new SocketsHttpHandler();
        using var client = new HttpMessageInvoker(handler);
        using var request = GrpcRequest(_host.HealthAddress, "/entitlement.v1.KeyService/GetJwks");
        request.Headers.Host = new Uri(_host.GrpcAddress).Authority;

        using var response = await client.SendAsync(request, CancellationToken.None);

        Assert.Equal("12", response.Headers.GetValues("grpc-status").Single());
    }

    [Fact]
    public async Task Serves_keys_and_nothing_else_on_the_port_of_http()
    {
        using var http = new HttpClient { BaseAddress = new Uri(_host.HttpAddress) };

        using var keys = await http.GetAsync(Jwks);
        using var other = await http.GetAsync(new Uri("/", UriKind.Relative));
        using var grpc = await http.PostAsync(new Uri("/entitlement.v1.KeyService/GetJwks", UriKind.Relative), GrpcContent());
        using var health = await http.PostAsync(new Uri("/grpc.health.v1.Health/Check", UriKind.Relative), GrpcContent());

        Assert.Equal(HttpStatusCode.OK, keys.StatusCode);
        Assert.All(new[] { other, grpc, health }, answer => Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode));
    }

    [Fact]
    public async Task Does_not_serve_the_keys_page_on_the_port_of_grpc()
    {
        using var handler = new SocketsHttpHandler();
        using var client = new HttpMessageInvoker(handler);
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(new Uri(_host.GrpcAddress), Jwks))
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
        };

        using var response = await client.SendAsync(request, CancellationToken.None);

        Assert.Equal("12", response.Headers.GetValues("grpc-status").Single());
        Assert.Empty(await response.Content.ReadAsByteArrayAsync());
    }

    [Fact]
    public async Task Lets_a_file_that_is_a_little_too_large_reach_its_own_refusal()
    {
        var request = new ProbeRequest { Payload = ByteString.CopyFrom(new byte[(2 * 1024 * 1024) + 1]) };

        var response = await new Probe.ProbeClient(_host.Administrator).UnaryAsync(request);

        Assert.Equal(request.Payload.Length, response.PayloadSize);
    }

    [Theory]
    [InlineData(Listeners.MaxMessageSize + 1)]
    [InlineData(16 * 1024 * 1024)]
    public async Task Cuts_off_a_message_that_is_far_too_large(int size)
    {
        var request = new ProbeRequest { Payload = ByteString.CopyFrom(new byte[size]) };

        var refusal = await Assert.ThrowsAsync<RpcException>(
            async () => await new Probe.ProbeClient(_host.Administrator).UnaryAsync(request));

        Assert.Equal(StatusCode.ResourceExhausted, refusal.StatusCode);
        Assert.Equal(0, _behaviour.Calls);
    }

    [Fact]
    public async Task Does_not_unpack_a_small_message_into_a_huge_one()
    {
        var request = new ProbeRequest { Payload = ByteString.CopyFrom(new byte[64 * 1024 * 1024]) };
        using var handler = new SocketsHttpHandler();
        using var client = new HttpMessageInvoker(handler);
        using var call = GrpcRequest(_host.GrpcAddress, "/entitlement.testing.v1.Probe/ForProducts", Packed(request));
        call.Headers.Add("grpc-encoding", "gzip");

        using var response = await client.SendAsync(call, CancellationToken.None);
        await response.Content.ReadAsByteArrayAsync();

        var headers = response.Headers.Concat(response.TrailingHeaders).ToDictionary(header => header.Key, header => header.Value.First());
        Assert.Equal($"{(int)StatusCode.ResourceExhausted}", headers["grpc-status"]);
        Assert.Equal(0, _behaviour.Calls);
    }

    [Fact]
    public async Task Tells_a_malformed_message_as_the_callers_without_any_inner_text()
    {
        using var handler = new SocketsHttpHandler();
        using var client = new HttpMessageInvoker(handler);
        byte[] truncated = [0, 0, 0, 0, 2, 0x0A, 0x7F];
        using var call = GrpcRequest(_host.GrpcAddress, "/entitlement.testing.v1.Probe/ForProducts", truncated);

        using var response = await client.SendAsync(call, CancellationToken.None);
        await response.Content.ReadAsByteArrayAsync();

        var headers = response.Headers.Concat(response.TrailingHeaders).ToDictionary(header => header.Key, header => header.Value.First());
        Assert.NotEqual("0", headers["grpc-status"]);
        Assert.DoesNotContain("Exception:", headers.GetValueOrDefault("grpc-message", ""), StringComparison.Ordinal);
        Assert.Equal(0, _behaviour.Calls);
    }

    /// <summary>A gzip of one message, framed as gRPC frames it.</summary>
    private static byte[] Packed(ProbeRequest request)
    {
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.SmallestSize, leaveOpen: true))
        {
            request.WriteTo(gzip);
        }

        var length = (int)packed.Length;
        Assert.True(length < Listeners.MaxMessageSize);
        return [1, (byte)(length >> 24), (byte)(length >> 16), (byte)(length >> 8), (byte)length, .. packed.ToArray()];
    }

    private static HttpRequestMessage GrpcRequest(string address, string path, byte[]? body = null) =>
        new(HttpMethod.Post, new Uri(new Uri(address), path))
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Content = GrpcContent(body),
        };

    private static ByteArrayContent GrpcContent(byte[]? body = null)
    {
        var content = new ByteArrayContent(body ?? [0, 0, 0, 0, 0]);
        content.Headers.ContentType = new("application/grpc");
        return content;
    }
}
