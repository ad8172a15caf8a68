using Entitlement.Compat.Tests.Protos;
using Grpc.Core;
using Grpc.Core.Interceptors;

namespace Entitlement.Compat.Tests.Channels;

public sealed class InterceptorTests
{
    [Theory]
    [MemberData(nameof(Calls.EveryKind), MemberType = typeof(Calls))]
    public async Task The_first_interceptor_of_a_client_sees_the_call_first(MethodType kind)
    {
        List<string> via = [];
        await using var host = await EchoHost.StartAsync(Recording(via));
        var channel = host.OpenChannel();
        SigningInterceptor first = new("first"), second = new("second");

        await new Echo.EchoClient(channel.Intercept(first, second)).MakeAsync(kind);
        await new Echo.EchoClient(channel.Intercept(second).Intercept(first)).MakeAsync(kind);
        await new Echo.EchoClient(channel.CreateCallInvoker().Intercept(first, second)).MakeAsync(kind);

        Assert.Equal(["first, second", "first, second", "first, second"], via);
    }

    [Fact]
    public async Task Interceptors_of_a_client_see_blocking_calls()
    {
        List<string> via = [];
        await using var host = await EchoHost.StartAsync(Recording(via));
        var client = new Echo.EchoClient(host.OpenChannel().Intercept(new SigningInterceptor("only")));

        var reply = await Task.Run(() => client.Unary(new EchoRequest { Text = "text" }));

        Assert.Equal("text", reply.Text);
        Assert.Equal(["only"], via);
    }

    [Theory]
    [MemberData(nameof(Calls.EveryKind), MemberType = typeof(Calls))]
    public async Task A_function_of_a_client_makes_the_headers_of_every_call(MethodType kind)
    {
        List<string> via = [];
        await using var host = await EchoHost.StartAsync(Recording(via));
        var channel = host.OpenChannel();
        Metadata Add(Metadata headers) => [.. headers, new Metadata.Entry("x-via", "function")];

        await new Echo.EchoClient(channel.Intercept(Add)).MakeAsync(kind);
        await new Echo.EchoClient(channel.CreateCallInvoker().Intercept(Add))
            .MakeAsync(kind, options: new CallOptions(new Metadata { { "x-via", "call" } }));

        Assert.Equal(["function", "call, function"], via);
    }

    [Fact]
    public async Task An_interceptor_of_a_client_can_answer_in_place_of_the_server()
    {
        var invoker = new NowhereInvoker().Intercept(new AnsweringInterceptor());

        using var call = new Echo.EchoClient(invoker).UnaryAsync(new EchoRequest());

        Assert.Equal("instead", (await call).Text);
        Assert.Equal("early", (await call.ResponseHeadersAsync).GetValue("x-head"));
        Assert.Equal(StatusCode.OK, call.GetStatus().StatusCode);
        Assert.Equal("late", call.GetTrailers().GetValue("x-tail"));
    }

    [Theory]
    [MemberData(nameof(Calls.EveryKind), MemberType = typeof(Calls))]
    public async Task The_first_interceptor_of_a_server_stands_around_the_second(MethodType kind)
    {
        List<string> log = [];
        await using var host = await EchoHost.StartAsync(new EchoService(), options =>
        {
            options.Interceptors.Add<GuardInterceptor>("outer", log);
            options.Interceptors.Add<GuardInterceptor>("inner", log);
        });

        Assert.Equal("text", await host.OpenClient().MakeAsync(kind));

        Assert.Equal([$"outer in {kind}", $"inner in {kind}", $"inner out {kind}", $"outer out {kind}"], log);
    }

    [Fact]
    public async Task An_interceptor_of_a_server_can_refuse_a_call()
    {
        var served = false;
        await using var host = await EchoHost.StartAsync(
            new EchoService
            {
                OnUnary = (request, _) =>
                {
                    served = true;
                    return Task.FromResult(EchoService.Reply(request.Text));
                },
            },
            options => options.Interceptors.Add<RefusingInterceptor>());

        var failure = await Assert.ThrowsAsync<RpcException>(async () => await host.OpenClient().UnaryAsync(new()));

        Assert.Equal(StatusCode.PermissionDenied, failure.StatusCode);
        Assert.False(served);
    }

    [Theory]
    [MemberData(nameof(Calls.EveryKind), MemberType = typeof(Calls))]
    public async Task An_interceptor_that_overrides_nothing_passes_every_call_on(MethodType kind)
    {
        await using var host = await EchoHost.StartAsync(
            new EchoService(), options => options.Interceptors.Add<IdleInterceptor>());
        var client = new Echo.EchoClient(host.OpenChannel().Intercept(new IdleInterceptor()));

        Assert.Equal("text", await client.MakeAsync(kind));
    }

    /// <summary>Does what its proto says and keeps the header that <see cref="SigningInterceptor"/> fills.</summary>
    private static EchoService Recording(List<string> via)
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
            via.Add(string.Join(", ", context.RequestHeaders.GetAll("x-via").Select(entry => entry.Value)));
            return context;
        }
    }

    private sealed class IdleInterceptor : Interceptor;

    private sealed class RefusingInterceptor : Interceptor
    {
        public override Task<TResponse> UnaryServerHandler<TRequest, TResponse>(
            TRequest request, ServerCallContext context, UnaryServerMethod<TRequest, TResponse> continuation) =>
            throw new RpcException(new Status(StatusCode.PermissionDenied, "not you"));
    }

    private sealed class AnsweringInterceptor : Interceptor
    {
        public override AsyncUnaryCall<TResponse> AsyncUnaryCall<TRequest, TResponse>(
            TRequest request,
            ClientInterceptorContext<TRequest, TResponse> context,
            AsyncUnaryCallContinuation<TRequest, TResponse> continuation) => new(
                Task.FromResult((TResponse)(object)EchoService.Reply("instead")),
                Task.FromResult(new Metadata { { "x-head", "early" } }),
                () => Status.DefaultSuccess,
                () => new Metadata { { "x-tail", "late" } },
                () => { });
    }
}
