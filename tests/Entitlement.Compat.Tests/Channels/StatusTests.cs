using Grpc.Core;

namespace Entitlement.Compat.Tests.Channels;

public sealed class StatusTests
{
    public static TheoryData<StatusCode> Failures =>
        new(Enum.GetValues<StatusCode>().Where(code => code is not StatusCode.OK));

    [Theory]
    [MemberData(nameof(Failures))]
    public async Task Every_code_reaches_the_client_with_its_text(StatusCode code)
    {
        await using var host = await EchoHost.StartAsync(new EchoService
        {
            OnUnary = (_, _) => throw new RpcException(new Status(code, "no seat – ½")),
        });

        var failure = await Assert.ThrowsAsync<RpcException>(async () => await host.OpenClient().UnaryAsync(new()));

        Assert.Equal(code, failure.StatusCode);
        Assert.Equal(code, failure.Status.StatusCode);
        Assert.Equal("no seat – ½", failure.Status.Detail);
    }

    [Theory]
    [MemberData(nameof(Calls.EveryKind), MemberType = typeof(Calls))]
    public async Task A_failure_carries_the_servers_trailers(MethodType kind)
    {
        var failure = new RpcException(
            new Status(StatusCode.FailedPrecondition, "full"),
            new Metadata { { "x-reason", "SEAT_LIMIT" }, { "x-details-bin", [1, 0, 2] } });
        await using var host = await EchoHost.StartAsync(new EchoService
        {
            OnUnary = (_, _) => throw failure,
            OnCollect = (_, _) => throw failure,
            OnRepeat = (_, _, _) => throw failure,
            OnChat = (_, _, _) => throw failure,
        });

        var received = await Assert.ThrowsAsync<RpcException>(() => host.OpenClient().MakeAsync(kind));

        Assert.Equal(StatusCode.FailedPrecondition, received.StatusCode);
        Assert.Equal("SEAT_LIMIT", received.Trailers.GetValue("x-reason"));
        Assert.Equal([1, 0, 2], received.Trailers.GetValueBytes("x-details-bin"));
    }

    [Fact]
    public async Task A_method_fails_by_setting_the_status_too()
    {
        await using var host = await EchoHost.StartAsync(new EchoService
        {
            OnRepeat = async (request, replies, context) =>
            {
                await replies.WriteAsync(EchoService.Reply(request.Text));
                context.Status = new Status(StatusCode.DataLoss, "half of it");
            },
        });
        using var call = host.OpenClient().Repeat(new() { Text = "first" });

        Assert.True(await call.ResponseStream.MoveNext());
        Assert.Equal("first", call.ResponseStream.Current.Text);
        var failure = await Assert.ThrowsAsync<RpcException>(() => call.ResponseStream.MoveNext());

        Assert.Equal(StatusCode.DataLoss, failure.StatusCode);
        Assert.Equal(StatusCode.DataLoss, call.GetStatus().StatusCode);
    }

    [Fact]
    public async Task Success_can_be_asked_for_when_the_call_is_over_and_not_before()
    {
        var mayAnswer = new TaskCompletionSource();
        await using var host = await EchoHost.StartAsync(new EchoService
        {
            OnUnary = async (request, _) =>
            {
                await mayAnswer.Task;
                return EchoService.Reply(request.Text);
            },
        });
        using var call = host.OpenClient().UnaryAsync(new());

        Assert.Throws<InvalidOperationException>(() => call.GetStatus());
        Assert.Throws<InvalidOperationException>(() => call.GetTrailers());
        mayAnswer.SetResult();
        await call;

        Assert.Equal(Status.DefaultSuccess, call.GetStatus());
        Assert.Empty(call.GetTrailers());
    }

    [Fact]
    public async Task A_fault_of_the_server_is_unknown_and_tells_nothing_of_itself()
    {
        await using var host = await EchoHost.StartAsync(new EchoService
        {
            OnUnary = (_, _) => throw new InvalidOperationException("the password is swordfish"),
        });

        var failure = await Assert.ThrowsAsync<RpcException>(async () => await host.OpenClient().UnaryAsync(new()));

        Assert.Equal(StatusCode.Unknown, failure.StatusCode);
        Assert.DoesNotContain("swordfish", failure.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_method_that_the_server_lacks_is_unimplemented()
    {
        await using var host = await EchoHost.StartAsync(new EchoService());
        var method = new Method<string, string>(
            MethodType.Unary, "entitlement.compat.v1.Echo", "Missing", Marshallers.StringMarshaller, Marshallers.StringMarshaller);
        var invoker = host.OpenChannel().CreateCallInvoker();

        var failure = await Assert.ThrowsAsync<RpcException>(
            async () => await invoker.AsyncUnaryCall(method, null, new CallOptions(), ""));

        Assert.Equal(StatusCode.Unimplemented, failure.StatusCode);
    }

    [Fact]
    public void An_exception_tells_its_status_unless_it_has_a_text_of_its_own()
    {
        var cause = new InvalidOperationException("cause");
        var status = new Status(StatusCode.Aborted, "try again", cause);

        Assert.Contains("Aborted", new RpcException(status).Message, StringComparison.Ordinal);
        Assert.Contains("try again", new RpcException(status).Message, StringComparison.Ordinal);
        Assert.Equal("own", new RpcException(status, "own").Message);
        Assert.Equal("own", new RpcException(status, [], "own").Message);
        Assert.Empty(new RpcException(status).Trailers);
        Assert.Same(cause, new RpcException(status).Status.DebugException);
    }

    [Fact]
    public void The_statuses_at_hand_say_success_and_cancelled()
    {
        Assert.Equal((StatusCode.OK, ""), (Status.DefaultSuccess.StatusCode, Status.DefaultSuccess.Detail));
        Assert.Equal((StatusCode.Cancelled, ""), (Status.DefaultCancelled.StatusCode, Status.DefaultCancelled.Detail));
    }
}
