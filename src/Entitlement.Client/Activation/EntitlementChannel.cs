using System.Net;
using System.Security.Cryptography.X509Certificates;
using Grpc.Net.Client;

namespace Entitlement.Client.Activation;

/// <summary>Makes channels to a license service.</summary>
public static class EntitlementChannel
{
    private static readonly TimeSpan ConnectTimeout = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan KeepAlive = TimeSpan.FromSeconds(60);

    /// <param name="address">
    /// <c>https://host[:port]</c>, or <c>http://</c> on loopback. A license request holds the software license code, so
    /// plain text to anywhere else must be asked for.
    /// </param>
    /// <param name="tlsRoots">
    /// Roots of which the service's TLS certificate must have one, in place of the system's; null for the system's.
    /// </param>
    /// <param name="allowPlaintext">
    /// Allows <c>http://</c> to other machines, where the network itself is protected.
    /// </param>
    /// <exception cref="ArgumentException">Another scheme, or plain text that was not allowed.</exception>
    public static GrpcChannel Create(
        Uri address, X509Certificate2Collection? tlsRoots = null, bool allowPlaintext = false)
    {
        if (address.Scheme != Uri.UriSchemeHttps && address.Scheme != Uri.UriSchemeHttp)
        {
            throw new ArgumentException($"The address must begin with https:// or http://, not {address.Scheme}://.",
                nameof(address));
        }

        if (address.Scheme == Uri.UriSchemeHttp && !address.IsLoopback && !allowPlaintext)
        {
            throw new ArgumentException(
                $"Plain text to {address.Host} would show the license code to the network. Use https://.",
                nameof(address));
        }

        var handler = new SocketsHttpHandler
        {
            ConnectTimeout = ConnectTimeout,
            KeepAlivePingDelay = KeepAlive,
            EnableMultipleHttp2Connections = true,
            AutomaticDecompression = DecompressionMethods.None,
        };
        if (tlsRoots is not null)
        {
            handler.SslOptions.CertificateChainPolicy = TrustOnly(tlsRoots);
        }

        return GrpcChannel.ForAddress(address,
            new GrpcChannelOptions { HttpHandler = handler, DisposeHttpClient = true });
    }

    private static X509ChainPolicy TrustOnly(X509Certificate2Collection roots)
    {
        var policy = new X509ChainPolicy
        {
            TrustMode = X509ChainTrustMode.CustomRootTrust,

            // As SslStream does by itself: a service of one's own seldom has anybody to ask.
            RevocationMode = X509RevocationMode.NoCheck,
        };
        policy.CustomTrustStore.AddRange(roots);
        return policy;
    }
}
