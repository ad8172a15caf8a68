using System.Net;
using Entitlement.Server.Health;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Options;

namespace Entitlement.Server.Hosting;

/// <summary>Opens the ports and sets the limits of what comes in by them.</summary>
internal sealed class Listeners(
    IOptions<ServerOptions> server,
    IOptions<HealthOptions> health,
    ServerCertificate certificate) : IConfigureOptions<KestrelServerOptions>
{
    /// <summary>The format's limit for a license request file.</summary>
    private const int MaxFileSize = 2 * 1024 * 1024;

    /// <summary>
    /// Of one gRPC message, unpacked. A little above the largest file, so that one that is a little too large gets our own
    /// refusal, which says what to do.
    /// </summary>
    public const int MaxMessageSize = MaxFileSize + (64 * 1024);

    /// <summary>Of one request as it comes in; above <see cref="MaxMessageSize"/>, so that gRPC's limit, which is told, comes first.</summary>
    private const int MaxBodySize = 2 * MaxMessageSize;

    private const int MaxHeadersSize = 16 * 1024;

    public void Configure(KestrelServerOptions options)
    {
        options.AddServerHeader = false;
        options.Limits.MaxRequestBodySize = MaxBodySize;
        options.Limits.MaxRequestHeadersTotalSize = MaxHeadersSize;
        options.Limits.MaxRequestHeaderCount = 64;
        options.Limits.RequestHeadersTimeout = TimeSpan.FromSeconds(10);
        options.Limits.Http2.MaxStreamsPerConnection = server.Value.MaxStreamsPerConnection;
        // A machine that went away without a word holds its connection for a minute and a half at most.
        options.Limits.Http2.KeepAlivePingDelay = TimeSpan.FromSeconds(60);
        options.Limits.Http2.KeepAlivePingTimeout = TimeSpan.FromSeconds(30);

        // The order is that of the addresses which the server reports once it is bound.
        Listen(options, server.Value.GrpcAddress, Listener.Grpc, HttpProtocols.Http2);
        Listen(options, server.Value.HttpAddress, Listener.Http, HttpProtocols.Http1);
        if (health.Value.Address is { } address)
        {
            Listen(options, address, Listener.Health, HttpProtocols.Http2);
        }
    }

    private void Listen(KestrelServerOptions options, ListenAddress address, Listener listener, HttpProtocols protocols)
    {
        void Configure(ListenOptions listen)
        {
            listen.Protocols = protocols;
            listen.Use(next => connection =>
            {
                connection.Features.Set(new ArrivedBy(listener));
                return next(connection);
            });
            if (address.Tls)
            {
                listen.UseHttps(certificate.Handshake(protocols));
            }
        }

        if (address.Address is null)
        {
            options.ListenLocalhost(address.Port, Configure);
        }
        else if (address.Address.Equals(IPAddress.IPv6Any))
        {
            options.ListenAnyIP(address.Port, Configure);
        }
        else
        {
            options.Listen(address.Address, address.Port, Configure);
        }
    }
}
