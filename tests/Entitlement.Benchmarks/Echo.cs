using Grpc.AspNetCore.Server.Model;
using Grpc.Core;
using Grpc.Net.Client;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;

namespace Entitlement.Benchmarks;

/// <summary>
/// A gRPC service that gives back the bytes that it gets and does nothing else: what a call costs before any work is done,
/// on the same server, the same connection settings and the same message size as an activation.
/// </summary>
internal sealed class Echo : IAsyncDisposable
{
    private static readonly Marshaller<byte[]> Bytes = Marshallers.Create(bytes => bytes, bytes => bytes);

    private static readonly Method<byte[], byte[]> Call = new(MethodType.Unary, "benchmark.Echo", "Call", Bytes, Bytes);

    private readonly WebApplication _server;
    private readonly GrpcChannel[] _channels;
    private int _next = -1;

    private Echo(WebApplication server, int channels)
    {
        _server = server;
        _channels = [.. Enumerable.Range(0, channels).Select(_ => GrpcChannel.ForAddress(server.Urls.Single()))];
    }

    public static async Task<Echo> StartAsync(int channels)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(
            System.Net.IPAddress.Loopback, 0, listen => listen.Protocols = HttpProtocols.Http2));
        builder.Services.AddGrpc();
        builder.Services.TryAddEnumerable(
            ServiceDescriptor.Singleton<IServiceMethodProvider<Service>, Methods>());
        var server = builder.Build();
        server.MapGrpcService<Service>();
        await server.StartAsync();
        return new Echo(server, channels);
    }

    public async Task CallAsync(byte[] message)
    {
        var channel = _channels[(uint)Interlocked.Increment(ref _next) % _channels.Length];
        await channel.CreateCallInvoker().AsyncUnaryCall(Call, null, default, message);
    }

    public async ValueTask DisposeAsync()
    {
        Array.ForEach(_channels, channel => channel.Dispose());
        await _server.DisposeAsync();
    }

    private sealed class Service;

    private sealed class Methods : IServiceMethodProvider<Service>
    {
        public void OnServiceMethodDiscovery(ServiceMethodProviderContext<Service> context) =>
            context.AddUnaryMethod(Echo.Call, [], (_, message, _) => Task.FromResult(message));
    }
}
