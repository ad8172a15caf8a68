using System.Security.Cryptography;
using System.Text.Json;
using Entitlement.Domain.Errors;
using Microsoft.Extensions.Options;
using Microsoft.IdentityModel.Protocols;
using Microsoft.IdentityModel.Protocols.OpenIdConnect;
using Microsoft.IdentityModel.Tokens;

namespace Entitlement.Server.SignIn;

/// <summary>
/// The keys that the issuer signs with, by its discovery document. By hand, because the package's own
/// <c>ConfigurationManager</c> answers with the old keys while it fetches new ones, so that the first tokens after a rollover
/// would be refused, and goes by the machine's clock.
/// </summary>
internal sealed class IssuerKeys : IDisposable
{
    /// <summary>How often a token of an unknown key, which anybody can make, has the keys fetched anew at most.</summary>
    public static readonly TimeSpan Pause = TimeSpan.FromSeconds(10);

    private const int MaxDocumentBytes = 1 << 20;
    private const int MinRsaBits = 2_048;

    private static readonly TimeSpan FetchTimeout = TimeSpan.FromSeconds(10);

    private readonly OpenIdConnectOptions _options;
    private readonly TimeProvider _clock;
    private readonly ILogger<IssuerKeys> _logger;
    private readonly HttpClient _http = new() { Timeout = FetchTimeout, MaxResponseContentBufferSize = MaxDocumentBytes };
    private readonly Lock _lock = new();
    private Fetched? _current;
    private Task? _fetch;
    private long? _lastTry;
    private bool _isTold;

    public IssuerKeys(IOptions<OpenIdConnectOptions> options, TimeProvider clock, ILogger<IssuerKeys> logger)
    {
        _options = options.Value;
        _clock = clock;
        _logger = logger;
    }

    /// <summary>The keys as they are now, fetched anew when they are old or the wanted one is not among them.</summary>
    /// <param name="keyId">The key that a token names; null when it names none.</param>
    /// <param name="cancellationToken">Ends the waiting, not the fetching, which others wait for as well.</param>
    /// <exception cref="EntitlementException"><see cref="FailureReason.IssuerUnavailable"/>.</exception>
    public async Task<IReadOnlyList<SecurityKey>> GetAsync(string? keyId, CancellationToken cancellationToken)
    {
        if (!IsGood(_current, keyId))
        {
            await FetchOnceAsync().WaitAsync(cancellationToken);
        }

        // What was fetched last counts, whichever it is: a key that the issuer took back is gone with it.
        return _current is { } current && _clock.GetElapsedTime(current.At) <= _options.MaxKeyAge
            ? current.Keys
            : throw Refusal.IssuerUnavailable(_options.Issuer!);
    }

    public void Dispose() => _http.Dispose();

    private bool IsGood(Fetched? fetched, string? keyId) =>
        fetched is not null
        && _clock.GetElapsedTime(fetched.At) < _options.RefreshInterval
        && (keyId is null || fetched.Keys.Any(key => key.KeyId == keyId));

    /// <summary>One for all who wait, and none when the last one was a moment ago.</summary>
    private Task FetchOnceAsync()
    {
        lock (_lock)
        {
            if (_fetch is { IsCompleted: false })
            {
                return _fetch;
            }

            if (_lastTry is { } last && _clock.GetElapsedTime(last) < Pause)
            {
                return Task.CompletedTask;
            }

            _lastTry = _clock.GetTimestamp();
            return _fetch = FetchAsync();
        }
    }

    private async Task FetchAsync()
    {
        try
        {
            var at = _clock.GetTimestamp();
            _current = new Fetched(await ReadAsync(), at);
            Log.IssuerKeysFetched(_logger, _options.Issuer!, _current.Keys.Count);
            _isTold = false;
        }
        catch (Exception failure) when (IsOfIssuer(failure))
        {
            if (!_isTold)
            {
                _isTold = true;
                Log.IssuerAway(_logger, failure, _options.Issuer!);
            }
        }
    }

    private async Task<IReadOnlyList<SecurityKey>> ReadAsync()
    {
        var documents = new HttpDocumentRetriever(_http)
        {
            // Plain text only where the issuer itself is on this machine; the address of the keys is its own to name.
            RequireHttps = _options.IssuerAddress.Scheme == Uri.UriSchemeHttps,
        };
        var address = $"{_options.Issuer!.TrimEnd('/')}/.well-known/openid-configuration";
        var read = await OpenIdConnectConfigurationRetriever.GetAsync(address, documents, CancellationToken.None);
        if (read.Issuer != _options.Issuer)
        {
            throw new InvalidOperationException($"{address} is the configuration of another issuer, {read.Issuer}.");
        }

        return [.. read.SigningKeys.Where(IsUsable)];
    }

    /// <summary>Keys that only the issuer has both halves of, and that are long enough.</summary>
    private static bool IsUsable(SecurityKey key) => key switch
    {
        ECDsaSecurityKey => true,
        RsaSecurityKey => key.KeySize >= MinRsaBits,
        X509SecurityKey certificate => certificate.PublicKey is not RSA || key.KeySize >= MinRsaBits,
        _ => false,
    };

    /// <summary>Whatever a document of others, or the way to it, can make of the package's readers.</summary>
    private static bool IsOfIssuer(Exception failure) => failure is IOException or HttpRequestException or JsonException
        or InvalidOperationException or ArgumentException or FormatException or CryptographicException
        or NotSupportedException or SecurityTokenException or OperationCanceledException;

    private sealed record Fetched(IReadOnlyList<SecurityKey> Keys, long At);
}
