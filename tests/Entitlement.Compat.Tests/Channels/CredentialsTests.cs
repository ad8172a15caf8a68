using System.Net.Security;
using Entitlement.Compat.Tests.Protos;
using Grpc.Core;
using Grpc.Net.Client;
using Microsoft.AspNetCore.Server.Kestrel.Https;

namespace Entitlement.Compat.Tests.Channels;

public sealed class CredentialsTests : IDisposable
{
    private readonly TestAuthority _authority = new();
    private readonly List<string> _seen = [];

    public void Dispose() => _authority.Dispose();

    [Theory]
    [MemberData(nameof(Calls.EveryKind), MemberType = typeof(Calls))]
    public async Task Credentials_of_a_channel_go_with_every_call(MethodType kind)
    {
        await using var host = await StartAsync();
        var client = Open(host, ChannelCredentials.Create(ChannelCredentials.SecureSsl, Token("channel")));

        await client.MakeAsync(kind);
        await client.MakeAsync(kind);

        Assert.Equal(["channel", "channel"], _seen);
    }

    [Fact]
    public async Task Credentials_of_a_call_are_added_to_those_of_the_channel()
    {
        await using var host = await StartAsync();
        var client = Open(host, ChannelCredentials.Create(new SslCredentials(), Token("channel")));

        await client.MakeAsync(MethodType.Unary, options: new CallOptions(credentials: Token("call")));

        Assert.Equal(["call, channel"], _seen);
    }

    [Fact]
    public async Task Composed_credentials_are_sent_in_their_order()
    {
        await using var host = await StartAsync();
        var credentials = CallCredentials.Compose(Token("a"), CallCredentials.Compose(Token("b"), Token("c")));

        await Open(host, ChannelCredentials.SecureSsl)
            .MakeAsync(MethodType.Unary, options: new CallOptions().WithCredentials(credentials));

        Assert.Equal(["a, b, c"], _seen);
    }

    [Fact]
    public async Task Credentials_are_asked_for_with_the_service_the_method_and_a_token()
    {
        AuthInterceptorContext? asked = null;
        await using var host = await StartAsync();
        var credentials = CallCredentials.FromInterceptor(async (context, metadata) =>
        {
            asked = context;
            await Task.Yield();
            metadata.Add("x-token", "late");
        });

        await Open(host, ChannelCredentials.Create(ChannelCredentials.SecureSsl, credentials)).MakeAsync(MethodType.Unary);

        Assert.Equal(["late"], _seen);
        Assert.Equal("Unary", asked?.MethodName);
        Assert.Equal($"https://127.0.0.1:{host.Address.Port}/entitlement.compat.v1.Echo", asked?.ServiceUrl);
        Assert.True(asked?.CancellationToken.CanBeCanceled);
    }

    [Fact]
    public async Task A_call_whose_credentials_cannot_be_had_is_not_made()
    {
        await using var host = await StartAsync();
        var credentials = CallCredentials.FromInterceptor((_, _) => throw new InvalidOperationException("signed out"));

        var failure = await Assert.ThrowsAsync<RpcException>(() =>
            Open(host, ChannelCredentials.Create(ChannelCredentials.SecureSsl, credentials)).MakeAsync(MethodType.Unary));

        Assert.Contains("signed out", failure.ToString(), StringComparison.Ordinal);
        Assert.Empty(_seen);
    }

    [Fact]
    public async Task Credentials_are_not_sent_in_plain_text()
    {
        await using var host = await EchoHost.StartAsync(Recording());

        await host.OpenClient().MakeAsync(MethodType.Unary, options: new CallOptions(credentials: Token("secret")));

        Assert.Equal([""], _seen);
    }

    [Fact]
    public void Credentials_of_a_channel_need_TLS()
    {
        Assert.Throws<ArgumentException>(() => ChannelCredentials.Create(ChannelCredentials.Insecure, Token("a")));
        Assert.Throws<ArgumentNullException>(() => ChannelCredentials.Create(ChannelCredentials.SecureSsl, null!));
        Assert.Throws<ArgumentNullException>(() => ChannelCredentials.Create(null!, Token("a")));
    }

    [Fact]
    public void Two_credentials_at_least_are_composed()
    {
        Assert.Throws<ArgumentException>(() => CallCredentials.Compose());
        Assert.Throws<ArgumentException>(() => CallCredentials.Compose(Token("a")));
    }

    [Fact]
    public async Task An_insecure_channel_is_one_without_TLS()
    {
        await using var host = await EchoHost.StartAsync(Recording());
        var client = new Echo.EchoClient(host.OpenChannel(new() { Credentials = ChannelCredentials.Insecure }));

        Assert.Equal("text", await client.MakeAsync(MethodType.Unary));
        Assert.Throws<InvalidOperationException>(() => host.OpenChannel(new() { Credentials = ChannelCredentials.SecureSsl }));
    }

    [Fact]
    public async Task Certificates_belong_into_the_handler_of_the_channel()
    {
        await using var host = await StartAsync();
        var pair = new KeyCertificatePair("certificate", "key");
        var credentials = new SslCredentials("roots", pair, _ => true);

        Assert.Equal(("certificate", "key"), (pair.CertificateChain, pair.PrivateKey));
        Assert.Equal("roots", credentials.RootCertificates);
        Assert.Same(pair, credentials.KeyCertificatePair);
        Assert.Throws<InvalidOperationException>(() => Open(host, credentials));
        Assert.Throws<InvalidOperationException>(() => Open(host, new SslCredentials("roots")));
        Assert.Throws<InvalidOperationException>(() => Open(host, new SslCredentials(null, pair)));
    }

    private static CallCredentials Token(string value) => CallCredentials.FromInterceptor((_, metadata) =>
    {
        metadata.Add("x-token", value);
        return Task.CompletedTask;
    });

    private Echo.EchoClient Open(EchoHost host, ChannelCredentials credentials) => new(host.OpenChannel(new GrpcChannelOptions
    {
        Credentials = credentials,
        HttpHandler = new SocketsHttpHandler
        {
            SslOptions = new SslClientAuthenticationOptions { CertificateChainPolicy = _authority.CreatePolicy() },
        },
        DisposeHttpClient = true,
    }));

    private Task<EchoHost> StartAsync() =>
        EchoHost.StartAsync(Recording(), tls: new HttpsConnectionAdapterOptions { ServerCertificate = _authority.IssueServer() });

    private EchoService Recording()
    {
        var plain = new EchoService();
        return new EchoService
        {
            OnUnary = (request, context) => plain.OnUnary(request, Record(context)),
            OnCollect = (requests, context) => plain.OnCollect(requests, Record(context)),
            OnRepeat = (request, replies, context) => plain.OnRepeat(request, replies, Record(context)),
            OnChat = (requests, replies, context) => plain.OnChat(requests, replies, Record(context)),
        };

        ServerCallContext Record(ServerCallContext context)
        {
            _seen.Add(string.Join(", ", context.RequestHeaders.GetAll("x-token").Select(entry => entry.Value)));
            return context;
        }
    }
}
