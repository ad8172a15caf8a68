using Grpc.Core;

namespace Entitlement.Compat.Tests.Channels;

public sealed class DeadlineTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    [Theory]
    [MemberData(nameof(Calls.EveryKind), MemberType = typeof(Calls))]
    public async Task A_call_that_takes_too_long_ends_for_the_client(MethodType kind)
    {
        await using var host = await EchoHost.StartAsync(Waiting(_ => { }));

        var failure = await Assert.ThrowsAsync<RpcException>(
            () => host.OpenClient().MakeAsync(kind, options: new CallOptions().WithDeadline(Now.AddMilliseconds(300))));

        Assert.Equal(StatusCode.DeadlineExceeded, failure.StatusCode);
    }

    [Fact]
    public async Task The_server_ends_a_call_by_itself_when_its_time_is_over()
    {
        var givenUp = new TaskCompletionSource();
        await using var host = await EchoHost.StartAsync(
            Waiting(context => context.CancellationToken.Register(givenUp.SetResult)));

        // A caller that does not look at the clock itself.
        var call = await RawCall.SendAsync(host.Address, "text", ("grpc-timeout", "50m"));

        Assert.Equal($"{(int)StatusCode.DeadlineExceeded}", call.Status);
        await givenUp.Task.WaitAsync(Patience);
    }

    [Theory]
    [MemberData(nameof(Calls.EveryKind), MemberType = typeof(Calls))]
    public async Task The_server_knows_the_deadline(MethodType kind)
    {
        var given = new TaskCompletionSource<DateTime>();
        using var source = new CancellationTokenSource();
        await using var host = await EchoHost.StartAsync(Waiting(context => given.SetResult(context.Deadline)));
        var deadline = Now.AddHours(1);

        var call = host.OpenClient().MakeAsync(kind, options: new CallOptions(deadline: deadline, cancellationToken: source.Token));

        // What travels is the time that is left, so it comes late by what the call took to arrive.
        Assert.InRange(await given.Task.WaitAsync(Patience), deadline.AddSeconds(-1), deadline.AddMinutes(1));
        await source.CancelAsync();
        await Assert.ThrowsAsync<RpcException>(() => call);
    }

    [Fact]
    public async Task A_call_without_a_deadline_has_all_the_time()
    {
        var given = DateTime.MinValue;
        await using var host = await EchoHost.StartAsync(new EchoService
        {
            OnUnary = (request, context) =>
            {
                given = context.Deadline;
                return Task.FromResult(EchoService.Reply(request.Text));
            },
        });

        await host.OpenClient().UnaryAsync(new());

        Assert.Equal(DateTime.MaxValue, given);
    }

    private static DateTime Now => TimeProvider.System.GetUtcNow().UtcDateTime;

    /// <summary>Looks at the call and then waits until it is given up.</summary>
    private static EchoService Waiting(Action<ServerCallContext> look)
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
            look(context);
            return Task.Delay(Timeout.InfiniteTimeSpan, context.CancellationToken);
        }
    }
}
