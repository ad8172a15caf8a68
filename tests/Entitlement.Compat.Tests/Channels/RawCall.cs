using System.Buffers.Binary;
using System.Net;
using System.Net.Http.Headers;
using Entitlement.Compat.Tests.Protos;
using Google.Protobuf;

namespace Entitlement.Compat.Tests.Channels;

/// <summary>A unary call made with nothing but HTTP, to see what a client would hide.</summary>
/// <param name="Encoding">The header <c>grpc-encoding</c>.</param>
/// <param name="IsCompressed">The flag in front of the message; null without one.</param>
/// <param name="Status">The trailer <c>grpc-status</c>.</param>
internal sealed record RawCall(string? Encoding, bool? IsCompressed, string? Status)
{
    public static async Task<RawCall> SendAsync(Uri address, string text, params (string Name, string Value)[] headers)
    {
        using var client = new HttpClient();
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(address, "/entitlement.compat.v1.Echo/Unary"))
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Content = new ByteArrayContent(Frame(new EchoRequest { Text = text })),
        };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/grpc");
        request.Headers.TE.Add(new TransferCodingWithQualityHeaderValue("trailers"));
        foreach (var (name, value) in headers)
        {
            request.Headers.Add(name, value);
        }

        using var response = await client.SendAsync(request);
        var body = await response.Content.ReadAsByteArrayAsync();
        return new RawCall(
            Find(response.Headers, "grpc-encoding"),
            body.Length == 0 ? null : body[0] == 1,
            Find(response.TrailingHeaders, "grpc-status") ?? Find(response.Headers, "grpc-status"));
    }

    // One byte that says whether it is compressed, four with the length, then the message.
    private static byte[] Frame(EchoRequest message)
    {
        var frame = new byte[5 + message.CalculateSize()];
        BinaryPrimitives.WriteInt32BigEndian(frame.AsSpan(1), message.CalculateSize());
        message.WriteTo(frame.AsSpan(5));
        return frame;
    }

    private static string? Find(HttpResponseHeaders headers, string name) =>
        headers.TryGetValues(name, out var values) ? values.Single() : null;
}
