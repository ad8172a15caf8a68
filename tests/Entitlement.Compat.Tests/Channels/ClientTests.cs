using Entitlement.Compat.Tests.Protos;
using Grpc.Core;

namespace Entitlement.Compat.Tests.Channels;

public sealed class ClientTests
{
    [Theory]
    [MemberData(nameof(Calls.EveryKind), MemberType = typeof(Calls))]
    public async Task A_client_made_for_a_host_names_it_in_every_call(MethodType kind)
    {
        var invoker = new NowhereInvoker();
        var client = new Echo.EchoClient(invoker);

        await Assert.ThrowsAsync<RpcException>(() => client.MakeAsync(kind));
        Assert.Null(invoker.Host);

        await Assert.ThrowsAsync<RpcException>(() => client.WithHost("a.example.com").MakeAsync(kind));
        Assert.Equal("a.example.com", invoker.Host);

        await Assert.ThrowsAsync<RpcException>(() => client.WithHost("a.example.com").WithHost("b.example.com").MakeAsync(kind));
        Assert.Equal("b.example.com", invoker.Host);
    }

    [Fact]
    public void A_client_made_for_a_host_names_it_in_blocking_calls()
    {
        var invoker = new NowhereInvoker();
        var client = new Echo.EchoClient(invoker).WithHost("a.example.com");

        Assert.Throws<RpcException>(() => client.Unary(new EchoRequest()));

        Assert.Equal("a.example.com", invoker.Host);
    }

    [Fact]
    public async Task A_client_made_for_a_host_still_reaches_the_server_of_its_channel()
    {
        await using var host = await EchoHost.StartAsync(new EchoService());

        Assert.Equal("text", await host.OpenClient().WithHost("a.example.com").MakeAsync(MethodType.Unary));
    }

    [Fact]
    public async Task A_blocking_call_gives_the_response_or_throws()
    {
        await using var host = await EchoHost.StartAsync(new EchoService
        {
            OnUnary = (request, _) => request.Text is "bad"
                ? throw new RpcException(new Status(StatusCode.InvalidArgument, "bad"))
                : Task.FromResult(EchoService.Reply(request.Text)),
        });
        var client = host.OpenClient();

        Assert.Equal("good", (await Task.Run(() => client.Unary(new EchoRequest { Text = "good" }))).Text);
        var failure = await Assert.ThrowsAsync<RpcException>(
            () => Task.Run(() => client.Unary(new EchoRequest { Text = "bad" })));
        Assert.Equal(StatusCode.InvalidArgument, failure.StatusCode);
    }

    [Fact]
    public async Task A_client_without_a_channel_is_for_a_test_to_override()
    {
        var client = new OverriddenClient();

        Assert.Equal("overridden", (await client.UnaryAsync(new EchoRequest())).Text);
        Assert.ThrowsAny<SystemException>(() => client.Repeat(new EchoRequest()));
    }

    [Fact]
    public async Task A_lite_client_calls_through_what_it_is_made_of()
    {
        await using var host = await EchoHost.StartAsync(new EchoService());

        var client = new LiteClient(host.OpenChannel().CreateCallInvoker());

        Assert.Equal("text", await client.EchoAsync("text"));
        Assert.Throws<ArgumentNullException>(() => new LiteClient(null!));
        await Assert.ThrowsAnyAsync<SystemException>(() => new LiteClient().EchoAsync("text"));
    }

    [Fact]
    public async Task A_channel_knows_its_target_and_makes_no_calls_once_it_is_disposed_of()
    {
        await using var host = await EchoHost.StartAsync(new EchoService());
        var channel = host.OpenChannel();
        var client = new Echo.EchoClient(channel);

        Assert.Equal($"127.0.0.1:{host.Address.Port}", channel.Target);
        Assert.Equal("text", await client.MakeAsync(MethodType.Unary));
        await channel.ShutdownAsync();
        channel.Dispose();

        await Assert.ThrowsAsync<ObjectDisposedException>(() => client.MakeAsync(MethodType.Unary));
    }

    [Fact]
    public async Task The_server_sees_who_calls_what()
    {
        (string Method, string Host, string Peer)? seen = null;
        await using var host = await EchoHost.StartAsync(new EchoService
        {
            OnUnary = (request, context) =>
            {
                seen = (context.Method, context.Host, context.Peer);
                return Task.FromResult(EchoService.Reply(request.Text));
            },
        });

        await host.OpenClient().UnaryAsync(new EchoRequest());

        Assert.Equal("/entitlement.compat.v1.Echo/Unary", seen?.Method);
        Assert.Equal($"127.0.0.1:{host.Address.Port}", seen?.Host);
        Assert.StartsWith("ipv4:127.0.0.1:", seen?.Peer, StringComparison.Ordinal);
    }

    private sealed class OverriddenClient : Echo.EchoClient
    {
        public override AsyncUnaryCall<EchoReply> UnaryAsync(
            EchoRequest request,
            Metadata? headers = null,
            DateTime? deadline = null,
            CancellationToken cancellationToken = default) => new(
                Task.FromResult(EchoService.Reply("overridden")),
                Task.FromResult(Metadata.Empty),
                () => Status.DefaultSuccess,
                () => Metadata.Empty,
                () => { });
    }

    private sealed class LiteClient : LiteClientBase
    {
        private static readonly Method<EchoRequest, EchoReply> Method = new(
            MethodType.Unary,
            Protos.Echo.Descriptor.FullName,
            "Unary",
            ProtobufMarshaller.For(EchoRequest.Parser),
            ProtobufMarshaller.For(EchoReply.Parser));

        public LiteClient()
        {
        }

        public LiteClient(CallInvoker callInvoker)
            : base(callInvoker)
        {
        }

        public async Task<string> EchoAsync(string text)
        {
            var reply = await CallInvoker.AsyncUnaryCall(Method, null, new CallOptions(), new EchoRequest { Text = text });
            return reply.Text;
        }
    }
}
