using Entitlement.Compat.Tests.Protos;
using Grpc.Core;

namespace Entitlement.Compat.Tests.Channels;

/// <summary>Does what its proto says, or what a test would rather see.</summary>
internal sealed class EchoService : Echo.EchoBase
{
    public UnaryServerMethod<EchoRequest, EchoReply> OnUnary { get; init; } = (request, _) => Task.FromResult(Reply(request.Text));

    public ClientStreamingServerMethod<EchoRequest, EchoReply> OnCollect { get; init; } = CollectAsync;

    public ServerStreamingServerMethod<EchoRequest, EchoReply> OnRepeat { get; init; } = RepeatAsync;

    public DuplexStreamingServerMethod<EchoRequest, EchoReply> OnChat { get; init; } = ChatAsync;

    public static EchoReply Reply(string text) => new() { Text = text };

    public override Task<EchoReply> Unary(EchoRequest request, ServerCallContext context) => OnUnary(request, context);

    public override Task<EchoReply> Collect(IAsyncStreamReader<EchoRequest> requestStream, ServerCallContext context) =>
        OnCollect(requestStream, context);

    public override Task Repeat(
        EchoRequest request, IServerStreamWriter<EchoReply> responseStream, ServerCallContext context) =>
        OnRepeat(request, responseStream, context);

    public override Task Chat(
        IAsyncStreamReader<EchoRequest> requestStream,
        IServerStreamWriter<EchoReply> responseStream,
        ServerCallContext context) =>
        OnChat(requestStream, responseStream, context);

    private static async Task<EchoReply> CollectAsync(IAsyncStreamReader<EchoRequest> requests, ServerCallContext context)
    {
        var texts = new List<string>();
        await foreach (var request in requests.ReadAllAsync(context.CancellationToken))
        {
            texts.Add(request.Text);
        }

        return Reply(string.Join(',', texts));
    }

    private static async Task RepeatAsync(
        EchoRequest request, IServerStreamWriter<EchoReply> replies, ServerCallContext context)
    {
        for (var i = 0; i < request.Count; i++)
        {
            await replies.WriteAsync(Reply(request.Text), context.CancellationToken);
        }
    }

    private static async Task ChatAsync(
        IAsyncStreamReader<EchoRequest> requests, IServerStreamWriter<EchoReply> replies, ServerCallContext context)
    {
        while (await requests.MoveNext())
        {
            await replies.WriteAsync(Reply(requests.Current.Text), context.CancellationToken);
        }
    }
}
