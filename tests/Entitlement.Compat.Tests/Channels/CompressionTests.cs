using System.IO.Compression;
using System.Text;
using Entitlement.Compat.Tests.Protos;
using Grpc.AspNetCore.Server;
using Grpc.Core;
using Grpc.Net.Client;
using Grpc.Net.Compression;

namespace Entitlement.Compat.Tests.Channels;

public sealed class CompressionTests
{
    /// <summary>By this header a caller chooses the encoding of its requests; it is not sent.</summary>
    private const string EncodingOfRequest = "grpc-internal-encoding-request";

    private static readonly string Text = new('a', 4096);

    public static TheoryData<string> Encodings => new("gzip", "deflate");

    [Theory]
    [MemberData(nameof(Encodings))]
    public async Task A_client_compresses_its_requests(string encoding)
    {
        string? seen = null;
        await using var host = await EchoHost.StartAsync(EncodingOf(value => seen = value), UseBoth);
        using var handler = new CapturingHandler();
        var client = Open(host, handler);

        var reply = await client.UnaryAsync(new() { Text = Text }, new Metadata { { EncodingOfRequest, encoding } });

        Assert.Equal(Text, reply.Text);
        Assert.Equal(encoding, seen);
        Assert.Equal(1, handler.Bodies.Single()[0]);
        Assert.True(handler.Bodies.Single().Length < Text.Length / 10);
    }

    [Fact]
    public async Task A_client_sends_single_requests_as_they_are_when_told()
    {
        string? seen = null;
        await using var host = await EchoHost.StartAsync(EncodingOf(value => seen = value), UseBoth);
        using var handler = new CapturingHandler();
        var options = new CallOptions(new Metadata { { EncodingOfRequest, "gzip" } })
            .WithWriteOptions(new WriteOptions(WriteFlags.NoCompress));

        var reply = await Open(host, handler).UnaryAsync(new() { Text = Text }, options);

        Assert.Equal(Text, reply.Text);
        Assert.Equal("gzip", seen);
        Assert.Equal(0, handler.Bodies.Single()[0]);
    }

    [Theory]
    [MemberData(nameof(Encodings))]
    public async Task A_server_compresses_its_responses(string encoding)
    {
        await using var host = await EchoHost.StartAsync(new EchoService(), options =>
        {
            UseBoth(options);
            options.ResponseCompressionAlgorithm = encoding;
        });

        var call = await RawCall.SendAsync(host.Address, Text, ("grpc-accept-encoding", encoding));
        var reply = await Open(host, new SocketsHttpHandler()).UnaryAsync(new() { Text = Text });

        Assert.Equal((encoding, true, "0"), (call.Encoding, call.IsCompressed, call.Status));
        Assert.Equal(Text, reply.Text);
    }

    [Fact]
    public async Task A_server_sends_single_responses_as_they_are_when_told()
    {
        var service = new EchoService
        {
            OnUnary = (request, context) =>
            {
                context.WriteOptions = new WriteOptions(WriteFlags.NoCompress);
                return Task.FromResult(EchoService.Reply(request.Text));
            },
        };
        await using var host = await EchoHost.StartAsync(service, options =>
        {
            UseBoth(options);
            options.ResponseCompressionAlgorithm = "gzip";
        });

        var call = await RawCall.SendAsync(host.Address, Text, ("grpc-accept-encoding", "gzip"));

        Assert.Equal((false, "0"), (call.IsCompressed, call.Status));
    }

    [Theory]
    [MemberData(nameof(Encodings))]
    public void A_provider_restores_what_it_compressed_and_leaves_the_streams_open(string encoding)
    {
        var provider = Providers.Single(one => one.EncodingName == encoding);
        using var compressed = new MemoryStream();
        using (var stream = provider.CreateCompressionStream(compressed, CompressionLevel.Optimal))
        {
            stream.Write(Encoding.ASCII.GetBytes(Text));
        }

        compressed.Position = 0;
        using (var restored = new StreamReader(provider.CreateDecompressionStream(compressed), Encoding.ASCII))
        {
            Assert.Equal(Text, restored.ReadToEnd());
        }

        Assert.True(compressed.CanRead);
        Assert.True(compressed.Length < Text.Length / 10);
    }

    [Theory]
    [MemberData(nameof(Encodings))]
    public void A_provider_uses_its_own_level_where_none_is_asked_for(string encoding)
    {
        var provider = Providers.Single(one => one.EncodingName == encoding);

        Assert.True(Compress(null) > Text.Length);
        Assert.True(Compress(CompressionLevel.SmallestSize) < Text.Length);

        long Compress(CompressionLevel? level)
        {
            using var compressed = new MemoryStream();
            using (var stream = provider.CreateCompressionStream(compressed, level))
            {
                stream.Write(Encoding.ASCII.GetBytes(Text));
            }

            return compressed.Length;
        }
    }

    private static ICompressionProvider[] Providers =>
        [new GzipCompressionProvider(CompressionLevel.NoCompression), new DeflateCompressionProvider(CompressionLevel.NoCompression)];

    private static Echo.EchoClient Open(EchoHost host, HttpMessageHandler handler) =>
        new(host.OpenChannel(new GrpcChannelOptions
        {
            HttpHandler = handler,
            CompressionProviders =
            [
                new GzipCompressionProvider(CompressionLevel.Fastest), new DeflateCompressionProvider(CompressionLevel.Fastest),
            ],
        }));

    private static void UseBoth(GrpcServiceOptions options) => options.CompressionProviders =
    [
        new GzipCompressionProvider(CompressionLevel.Fastest), new DeflateCompressionProvider(CompressionLevel.Fastest),
    ];

    private static EchoService EncodingOf(Action<string?> look) => new()
    {
        OnUnary = (request, context) =>
        {
            look(context.GetHttpContext().Request.Headers["grpc-encoding"]);
            return Task.FromResult(EchoService.Reply(request.Text));
        },
    };
}
