using System.Net;
using Entitlement.Compat.Tests.Protos;
using Grpc.AspNetCore.Server;
using Grpc.Net.Client;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Entitlement.Compat.Tests.Channels;

/// <summary>A real server on a free port of loopback with a channel to it; gone with the test.</summary>
internal sealed class EchoHost : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly List<GrpcChannel> _channels = [];

    private EchoHost(WebApplication app) => _app = app;

    public Uri Address => new(_app.Urls.Single());

    /// <summary>A client on a plain channel of its own.</summary>
    public Echo.EchoClient OpenClient() => new(OpenChannel());

    /// <param name="service">What is served.</param>
    /// <param name="configure">Options of the server.</param>
    /// <param name="tls">Null for plain text.</param>
    public static Task<EchoHost> StartAsync(
        EchoService service,
        Action<GrpcServiceOptions>? configure = null,
        HttpsConnectionAdapterOptions? tls = null) =>
        StartAsync(app => app.MapGrpcService<EchoService>(), service, configure, tls);

    /// <param name="map">Maps what is served.</param>
    public static Task<EchoHost> StartAsync(Action<WebApplication> map) => StartAsync(map, new EchoService(), null, null);

    public GrpcChannel OpenChannel(GrpcChannelOptions? options = null)
    {
        var channel = GrpcChannel.ForAddress(Address, options ?? new GrpcChannelOptions());
        _channels.Add(channel);
        return channel;
    }

    public async ValueTask DisposeAsync()
    {
        _channels.ForEach(channel => channel.Dispose());
        await _app.DisposeAsync();
    }

    private static async Task<EchoHost> StartAsync(
        Action<WebApplication> map,
        EchoService service,
        Action<GrpcServiceOptions>? configure,
        HttpsConnectionAdapterOptions? tls)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrelCore().UseKestrelHttpsConfiguration();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, listen =>
        {
            listen.Protocols = HttpProtocols.Http2;
            if (tls is not null)
            {
                listen.UseHttps(tls);
            }
        }));
        builder.Services.AddRouting();
        builder.Services.AddSingleton(service);
        builder.Services.AddGrpc(configure ?? (_ => { }));

        var app = builder.Build();
        app.UseRouting();
        map(app);
        await app.StartAsync();
        return new EchoHost(app);
    }
}
