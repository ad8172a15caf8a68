using Microsoft.AspNetCore.HttpOverrides;
using Microsoft.Extensions.Options;

namespace Entitlement.Server.Hosting;

/// <summary>
/// Believes the <c>X-Forwarded-For</c> of the proxies that are configured, and of nobody else: read from its end, up to
/// the first address that is no such proxy.
/// </summary>
internal sealed class TrustedProxies(IOptions<ServerOptions> server) : IConfigureOptions<ForwardedHeadersOptions>
{
    public void Configure(ForwardedHeadersOptions options)
    {
        // The framework's own default trusts loopback.
        options.KnownProxies.Clear();
        options.KnownIPNetworks.Clear();
        foreach (var network in server.Value.ProxyNetworks)
        {
            options.KnownIPNetworks.Add(network);
        }

        options.ForwardedHeaders = server.Value.ProxyNetworks.Count > 0 ? ForwardedHeaders.XForwardedFor : ForwardedHeaders.None;
        options.ForwardLimit = null;
    }
}
