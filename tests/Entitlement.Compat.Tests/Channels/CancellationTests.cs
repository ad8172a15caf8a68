using Grpc.Core;

namespace Entitlement.Compat.Tests.Channels;

public sealed class CancellationTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly TaskCompletionSource _arrived = new();
    private readonly TaskCompletionSource _givenUp = new();

    [Theory]
    [MemberData(nameof(Calls.EveryKind), MemberType = typeof(Calls))]
    public async Task A_token_gives_the_call_up_on_both_sides(MethodType kind)
    {
        await using var host = await EchoHost.StartAsync(Waiting());
        using var source = new CancellationTokenSource();

        var call = host.OpenClient().MakeAsync(kind, options: new CallOptions(cancellationToken: source.Token));
        await _arrived.Task.WaitAsync(Patience);
        await source.CancelAsync();

        var failure = await Assert.ThrowsAsync<RpcException>(() => call);
        Assert.Equal(StatusCode.Cancelled, failure.StatusCode);
        await _givenUp.Task.WaitAsync(Patience);
    }

    [Fact]
    public async Task Disposing_of_a_unary_call_gives_it_up()
    {
        await using var host = await EchoHost.StartAsync(Waiting());
        var call = host.OpenClient().UnaryAsync(new());
        await _arrived.Task.WaitAsync(Patience);

        call.Dispose();

        await _givenUp.Task.WaitAsync(Patience);
        var failure = await Assert.ThrowsAsync<RpcException>(() => call.ResponseAsync);
        Assert.Equal(StatusCode.Cancelled, failure.StatusCode);
    }

    [Fact]
    public async Task Disposing_of_a_client_stream_gives_it_up()
    {
        await using var host = await EchoHost.StartAsync(Waiting());
        var call = host.OpenClient().Collect();
        await _arrived.Task.WaitAsync(Patience);

        call.Dispose();

        await _givenUp.Task.WaitAsync(Patience);
    }

    [Fact]
    public async Task Disposing_of_a_server_stream_gives_it_up()
    {
        await using var host = await EchoHost.StartAsync(Waiting());
        var call = host.OpenClient().Repeat(new());
        await _arrived.Task.WaitAsync(Patience);

        call.Dispose();

        await _givenUp.Task.WaitAsync(Patience);
    }

    [Fact]
    public async Task Disposing_of_a_duplex_stream_gives_it_up()
    {
        await using var host = await EchoHost.StartAsync(Waiting());
        var call = host.OpenClient().Chat();
        await _arrived.Task.WaitAsync(Patience);

        call.Dispose();

        await _givenUp.Task.WaitAsync(Patience);
    }

    [Fact]
    public async Task Giving_up_waiting_for_a_message_gives_up_the_call()
    {
        await using var host = await EchoHost.StartAsync(Waiting());
        using var source = new CancellationTokenSource();
        using var call = host.OpenClient().Repeat(new());
        await _arrived.Task.WaitAsync(Patience);

        var reading = ReadAsync();
        await source.CancelAsync();

        var failure = await Assert.ThrowsAsync<RpcException>(() => reading);
        Assert.Equal(StatusCode.Cancelled, failure.StatusCode);
        await _givenUp.Task.WaitAsync(Patience);

        async Task ReadAsync()
        {
            await foreach (var reply in call.ResponseStream.ReadAllAsync(source.Token))
            {
                Assert.Fail($"Nothing was sent, and '{reply.Text}' came.");
            }
        }
    }

    [Fact]
    public async Task A_stream_is_given_up_by_the_token_of_the_loop_that_reads_it()
    {
        await using var host = await EchoHost.StartAsync(Waiting());
        using var source = new CancellationTokenSource();
        using var call = host.OpenClient().Repeat(new());
        await _arrived.Task.WaitAsync(Patience);

        await using var replies = call.ResponseStream.ReadAllAsync().GetAsyncEnumerator(source.Token);
        var reading = replies.MoveNextAsync().AsTask();
        await source.CancelAsync();

        var failure = await Assert.ThrowsAsync<RpcException>(() => reading);
        Assert.Equal(StatusCode.Cancelled, failure.StatusCode);
    }

    /// <summary>Tells when a call has come, and when it is given up.</summary>
    private EchoService Waiting()
    {
        return new EchoService
        {
            OnUnary = async (request, context) =>
            {
                await WaitAsync(context);
                return EchoService.Reply(request.Text);
            },
            OnCollect = async (_, context) =>
            {
                await WaitAsync(context);
                return EchoService.Reply("");
            },
            OnRepeat = (_, _, context) => WaitAsync(context),
            OnChat = (_, _, context) => WaitAsync(context),
        };

        Task WaitAsync(ServerCallContext context)
        {
            context.CancellationToken.Register(_givenUp.SetResult);
            _arrived.SetResult();
            return Task.Delay(Timeout.InfiniteTimeSpan, context.CancellationToken);
        }
    }
}
