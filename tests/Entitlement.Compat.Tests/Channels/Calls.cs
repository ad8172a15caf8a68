using Entitlement.Compat.Tests.Protos;
using Grpc.Core;

namespace Entitlement.Compat.Tests.Channels;

/// <summary>One call of each kind, made in the same way.</summary>
internal static class Calls
{
    public static TheoryData<MethodType> EveryKind => new(Enum.GetValues<MethodType>());

    /// <summary>Sends <paramref name="text"/> and gives back what came.</summary>
    public static Task<string> MakeAsync(
        this Echo.EchoClient client, MethodType kind, string text = "text", CallOptions options = default) => kind switch
        {
            MethodType.Unary => UnaryAsync(client, text, options),
            MethodType.ClientStreaming => CollectAsync(client, text, options),
            MethodType.ServerStreaming => RepeatAsync(client, text, options),
            MethodType.DuplexStreaming => ChatAsync(client, text, options),
        };

    private static async Task<string> UnaryAsync(Echo.EchoClient client, string text, CallOptions options)
    {
        var reply = await client.UnaryAsync(new EchoRequest { Text = text }, options);
        return reply.Text;
    }

    private static async Task<string> CollectAsync(Echo.EchoClient client, string text, CallOptions options)
    {
        using var call = client.Collect(options);
        await call.RequestStream.WriteAsync(new EchoRequest { Text = text });
        await call.RequestStream.CompleteAsync();
        var reply = await call;
        return reply.Text;
    }

    private static async Task<string> RepeatAsync(Echo.EchoClient client, string text, CallOptions options)
    {
        using var call = client.Repeat(new EchoRequest { Text = text, Count = 1 }, options);
        return await ReadAsync(call.ResponseStream);
    }

    private static async Task<string> ChatAsync(Echo.EchoClient client, string text, CallOptions options)
    {
        using var call = client.Chat(options);
        await call.RequestStream.WriteAsync(new EchoRequest { Text = text });
        await call.RequestStream.CompleteAsync();
        return await ReadAsync(call.ResponseStream);
    }

    private static async Task<string> ReadAsync(IAsyncStreamReader<EchoReply> replies)
    {
        var texts = new List<string>();
        await foreach (var reply in replies.ReadAllAsync())
        {
            texts.Add(reply.Text);
        }

        return string.Join(',', texts);
    }
}
