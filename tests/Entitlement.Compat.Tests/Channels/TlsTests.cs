using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using Entitlement.Compat.Tests.Protos;
using Grpc.Core;
using Grpc.Net.Client;
using Microsoft.AspNetCore.Server.Kestrel.Https;

namespace Entitlement.Compat.Tests.Channels;

public sealed class TlsTests : IDisposable
{
    private readonly TestAuthority _authority = new();
    private readonly TestAuthority _stranger = new();

    public void Dispose()
    {
        _authority.Dispose();
        _stranger.Dispose();
    }

    [Theory]
    [MemberData(nameof(Calls.EveryKind), MemberType = typeof(Calls))]
    public async Task Every_kind_of_call_works_over_TLS(MethodType kind)
    {
        await using var host = await EchoHost.StartAsync(new EchoService(), tls: Server());

        Assert.Equal("text", await Open(host, _authority).MakeAsync(kind));
    }

    [Fact]
    public async Task A_client_does_not_call_a_server_that_it_does_not_trust()
    {
        await using var host = await EchoHost.StartAsync(new EchoService(), tls: Server());

        var failure = await Assert.ThrowsAsync<RpcException>(() => Open(host, _stranger).MakeAsync(MethodType.Unary));

        Assert.Equal(StatusCode.Internal, failure.StatusCode);
        Assert.Contains("SSL", failure.Status.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_server_can_ask_for_a_certificate_of_the_client()
    {
        AuthContext? seen = null;
        await using var host = await EchoHost.StartAsync(Looking(context => seen = context), tls: Server(requireClient: true));
        using var certificate = _authority.IssueClient("client 7", "client7.example.com");

        await Open(host, _authority, certificate).MakeAsync(MethodType.Unary);

        Assert.NotNull(seen);
        Assert.True(seen.IsPeerAuthenticated);
        Assert.Equal("x509_subject_alternative_name", seen.PeerIdentityPropertyName);
        Assert.Equal(["client7.example.com"], seen.PeerIdentity.Select(property => property.Value));
        Assert.Equal("client 7", seen.FindPropertiesByName("x509_common_name").Single().Value);
        Assert.Empty(seen.FindPropertiesByName("unheard_of"));
        Assert.Equal(2, seen.Properties.Count());
    }

    [Fact]
    public async Task A_client_is_known_by_its_common_name_when_it_has_no_other()
    {
        AuthContext? seen = null;
        await using var host = await EchoHost.StartAsync(Looking(context => seen = context), tls: Server(requireClient: true));
        using var certificate = _authority.IssueClient("client 8");

        await Open(host, _authority, certificate).MakeAsync(MethodType.Unary);

        Assert.Equal("x509_common_name", seen?.PeerIdentityPropertyName);
        Assert.Equal("client 8", seen?.PeerIdentity.Single().Value);
    }

    [Fact]
    public async Task A_server_that_asks_for_a_certificate_serves_nobody_without_one()
    {
        await using var host = await EchoHost.StartAsync(new EchoService(), tls: Server(requireClient: true));

        await Assert.ThrowsAsync<RpcException>(() => Open(host, _authority).MakeAsync(MethodType.Unary));
    }

    [Fact]
    public async Task A_server_serves_nobody_with_a_certificate_of_a_stranger()
    {
        await using var host = await EchoHost.StartAsync(new EchoService(), tls: Server(requireClient: true));
        using var certificate = _stranger.IssueClient("client 9");

        await Assert.ThrowsAsync<RpcException>(() => Open(host, _authority, certificate).MakeAsync(MethodType.Unary));
    }

    [Fact]
    public async Task Without_a_certificate_of_the_client_nobody_is_authenticated()
    {
        AuthContext? seen = null;
        await using var host = await EchoHost.StartAsync(Looking(context => seen = context), tls: Server());

        await Open(host, _authority).MakeAsync(MethodType.Unary);

        Assert.NotNull(seen);
        Assert.False(seen.IsPeerAuthenticated);
        Assert.Null(seen.PeerIdentityPropertyName);
        Assert.Empty(seen.PeerIdentity);
        Assert.Empty(seen.Properties);
    }

    [Fact]
    public void A_property_is_text_and_bytes_that_nobody_can_change()
    {
        byte[] bytes = [0x41, 0xc3, 0xa4];
        var property = AuthProperty.Create("name", bytes);

        bytes[0] = 0;
        property.ValueBytes[0] = 0;

        Assert.Equal(("name", "Aä"), (property.Name, property.Value));
    }

    private static EchoService Looking(Action<AuthContext> look) => new()
    {
        OnUnary = (request, context) =>
        {
            look(context.AuthContext);
            return Task.FromResult(EchoService.Reply(request.Text));
        },
    };

    private static Echo.EchoClient Open(EchoHost host, TestAuthority trusted, X509Certificate2? certificate = null) =>
        new(host.OpenChannel(new GrpcChannelOptions
        {
            HttpHandler = new SocketsHttpHandler
            {
                SslOptions = new SslClientAuthenticationOptions
                {
                    CertificateChainPolicy = trusted.CreatePolicy(),
                    ClientCertificates = certificate is null ? [] : [certificate],
                },
            },
            DisposeHttpClient = true,
        }));

    private HttpsConnectionAdapterOptions Server(bool requireClient = false) => new()
    {
        ServerCertificate = _authority.IssueServer(),
        ClientCertificateMode = requireClient ? ClientCertificateMode.RequireCertificate : ClientCertificateMode.NoCertificate,
        ClientCertificateValidation = (certificate, _, _) => _authority.HasIssued(certificate),
    };
}
