using Entitlement.Compat.Tests.Protos;
using Grpc.Core;

namespace Entitlement.Compat.Tests.Channels;

public sealed class StreamTests
{
    [Fact]
    public async Task A_client_stream_is_read_to_its_end()
    {
        await using var host = await EchoHost.StartAsync(new EchoService());
        using var call = host.OpenClient().Collect();

        foreach (var text in new[] { "a", "b", "c" })
        {
            await call.RequestStream.WriteAsync(new EchoRequest { Text = text });
        }

        await call.RequestStream.CompleteAsync();

        Assert.Equal("a,b,c", (await call).Text);
        Assert.Equal("a,b,c", (await call.ConfigureAwait(false)).Text);
        Assert.Equal(StatusCode.OK, call.GetStatus().StatusCode);
    }

    [Fact]
    public async Task A_server_stream_is_read_to_its_end_and_then_has_status_and_trailers()
    {
        await using var host = await EchoHost.StartAsync(new EchoService
        {
            OnRepeat = async (request, replies, context) =>
            {
                await context.WriteResponseHeadersAsync(new Metadata { { "x-head", "1" } });
                for (var i = 0; i < request.Count; i++)
                {
                    await replies.WriteAsync(EchoService.Reply($"{request.Text}{i}"));
                }

                context.ResponseTrailers.Add("x-tail", "2");
            },
        });
        using var call = host.OpenClient().Repeat(new EchoRequest { Text = "a", Count = 3 });
        List<string> texts = [];

        Assert.Equal("1", (await call.ResponseHeadersAsync).GetValue("x-head"));
        await foreach (var reply in call.ResponseStream.ReadAllAsync())
        {
            texts.Add(reply.Text);
        }

        Assert.Equal(["a0", "a1", "a2"], texts);
        Assert.False(await call.ResponseStream.MoveNext());
        Assert.Equal(StatusCode.OK, call.GetStatus().StatusCode);
        Assert.Equal("2", call.GetTrailers().GetValue("x-tail"));
    }

    [Fact]
    public async Task A_duplex_stream_answers_each_message_before_the_next_is_sent()
    {
        await using var host = await EchoHost.StartAsync(new EchoService());
        using var call = host.OpenClient().Chat();

        foreach (var text in new[] { "a", "b", "c" })
        {
            await call.RequestStream.WriteAsync(new EchoRequest { Text = text });
            Assert.True(await call.ResponseStream.MoveNext());
            Assert.Equal(text, call.ResponseStream.Current.Text);
        }

        await call.RequestStream.CompleteAsync();
        Assert.False(await call.ResponseStream.MoveNext());
        Assert.Equal(StatusCode.OK, call.GetStatus().StatusCode);
        Assert.Empty(call.GetTrailers());
        Assert.NotEmpty(await call.ResponseHeadersAsync);
    }

    [Fact]
    public async Task Nothing_can_be_sent_after_the_end()
    {
        await using var host = await EchoHost.StartAsync(new EchoService());
        using var call = host.OpenClient().Collect();

        await call.RequestStream.CompleteAsync();

        await Assert.ThrowsAsync<InvalidOperationException>(() => call.RequestStream.WriteAsync(new EchoRequest()));
        Assert.Equal("", (await call).Text);
    }

    [Fact]
    public async Task A_write_can_be_given_up()
    {
        await using var host = await EchoHost.StartAsync(new EchoService());
        using var call = host.OpenClient().Collect();

        var failure = await Assert.ThrowsAsync<RpcException>(
            () => call.RequestStream.WriteAsync(new EchoRequest(), new CancellationToken(canceled: true)));

        Assert.Equal(StatusCode.Cancelled, failure.StatusCode);
    }

    [Fact]
    public async Task Write_options_can_be_set_for_the_messages_that_follow()
    {
        await using var host = await EchoHost.StartAsync(new EchoService
        {
            OnRepeat = async (request, replies, _) =>
            {
                replies.WriteOptions = new WriteOptions(WriteFlags.BufferHint);
                await replies.WriteAsync(EchoService.Reply($"{replies.WriteOptions.Flags}"));
            },
        });
        using var call = host.OpenClient().Chat();
        var write = new WriteOptions(WriteFlags.BufferHint | WriteFlags.NoCompress);

        call.RequestStream.WriteOptions = write;
        Assert.Same(write, call.RequestStream.WriteOptions);
        Assert.Equal("BufferHint", await host.OpenClient().MakeAsync(MethodType.ServerStreaming));
    }

    [Fact]
    public async Task A_writer_that_cannot_be_given_up_says_so_and_takes_a_token_that_never_asks()
    {
        var writer = new ListWriter();
        using var source = new CancellationTokenSource();

        await ((IAsyncStreamWriter<string>)writer).WriteAsync("a", CancellationToken.None);
        await Assert.ThrowsAsync<NotSupportedException>(
            async () => await ((IAsyncStreamWriter<string>)writer).WriteAsync("b", source.Token));

        Assert.Equal(["a"], writer.Written);
    }

    private sealed class ListWriter : IAsyncStreamWriter<string>
    {
        public List<string> Written { get; } = [];

        public WriteOptions? WriteOptions { get; set; }

        public Task WriteAsync(string message)
        {
            Written.Add(message);
            return Task.CompletedTask;
        }
    }
}
