using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.Options;

namespace Entitlement.Server.Hosting;

/// <summary>The certificate of the server's TLS, read again when its files change, so that a renewed one needs no restart.</summary>
internal sealed class ServerCertificate(IOptions<ServerOptions> options, TimeProvider clock, ILogger<ServerCertificate> logger)
{
    /// <summary>How often at most the files are looked at, whatever the number of handshakes.</summary>
    private static readonly TimeSpan LookInterval = TimeSpan.FromSeconds(10);

    private readonly Lock _lock = new();
    private SslStreamCertificateContext? _context;
    private (DateTime Certificate, DateTime Key) _readAt;
    private long _lookedAt;

    /// <exception cref="StartRefusedException">The files can't be read, or do not belong together.</exception>
    public void Load()
    {
        if (options.Value.HasCertificate)
        {
            lock (_lock)
            {
                Read();
            }
        }
    }

    public TlsHandshakeCallbackOptions Handshake(HttpProtocols protocols) => new()
    {
        OnConnection = _ => ValueTask.FromResult(new SslServerAuthenticationOptions
        {
            ServerCertificateContext = Current(),
            ApplicationProtocols = [protocols == HttpProtocols.Http2 ? SslApplicationProtocol.Http2 : SslApplicationProtocol.Http11],
        }),
    };

    private SslStreamCertificateContext Current()
    {
        lock (_lock)
        {
            if (_context is null)
            {
                Read();
            }
            else if (clock.GetElapsedTime(_lookedAt) >= LookInterval && FileTimes() != _readAt)
            {
                ReadAgain();
            }

            return _context!;
        }
    }

    private void ReadAgain()
    {
        try
        {
            Read();
            Log.CertificateRead(logger, _context!.TargetCertificate.Thumbprint);
        }
        catch (StartRefusedException failure)
        {
            // The two files may be caught between one's change and the other's; the one at hand serves on.
            _lookedAt = clock.GetTimestamp();
            Log.CertificateUnreadable(logger, failure);
        }
    }

    private void Read()
    {
        var (certificateFile, keyFile) = (options.Value.CertificateFile!, options.Value.CertificateKeyFile!);
        try
        {
            _readAt = FileTimes();
            _lookedAt = clock.GetTimestamp();
            var chain = new X509Certificate2Collection();
            chain.ImportFromPemFile(certificateFile);
            var certificate = X509Certificate2.CreateFromPemFile(certificateFile, keyFile);
            _context = SslStreamCertificateContext.Create(certificate, chain, offline: true);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or CryptographicException)
        {
            throw new StartRefusedException(
                $"{ServerOptions.Section}:{nameof(ServerOptions.CertificateFile)} ({certificateFile}) and "
                + $"{ServerOptions.Section}:{nameof(ServerOptions.CertificateKeyFile)} ({keyFile}) can't be used: {failure.Message} "
                + "Both must be PEM files that this user can read, and the key must belong to the first certificate.",
                inner: failure);
        }
    }

    private (DateTime Certificate, DateTime Key) FileTimes() =>
        (File.GetLastWriteTimeUtc(options.Value.CertificateFile!), File.GetLastWriteTimeUtc(options.Value.CertificateKeyFile!));
}
