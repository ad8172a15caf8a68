using System.Security.Cryptography;
using System.Text.Json;
using Entitlement.Testing;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace Entitlement.Server.Tests.SignIn;

/// <summary>A small OpenID Connect issuer on loopback: it publishes its configuration and keys, and signs tokens.</summary>
internal sealed class TokenIssuer : IAsyncDisposable
{
    public const string Audience = "https://entitlement.example";

    private readonly List<SecurityKey> _published = [];
    private readonly ManualClock _clock;
    private WebApplication? _app;

    public TokenIssuer(ManualClock clock)
    {
        _clock = clock;
        Address = $"http://127.0.0.1:{FixedPort.Take()}";
        Says = Address;
        Rotate();
    }

    public string Address { get; }

    /// <summary>The issuer that its configuration names.</summary>
    public string Says { get; set; }

    /// <summary>What it signs with.</summary>
    public SecurityKey Key { get; private set; } = null!;

    /// <summary>How often its keys were fetched.</summary>
    public int Fetches { get; private set; }

    /// <summary>Runs while keys are fetched.</summary>
    public Func<Task> WhileFetching { get; set; } = () => Task.CompletedTask;

    public static async Task<TokenIssuer> StartAsync(ManualClock clock)
    {
        var issuer = new TokenIssuer(clock);
        await issuer.ComeAsync();
        return issuer;
    }

    public async Task ComeAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls(Address);
        var app = builder.Build();
        app.MapGet("/.well-known/openid-configuration", () => Results.Json(new { issuer = Says, jwks_uri = $"{Address}/keys" }));
        app.MapGet("/keys", async () =>
        {
            Fetches++;
            await WhileFetching();
            return Results.Json(new { keys = _published.Select(Publish) });
        });
        await app.StartAsync();
        _app = app;
    }

    public async Task GoAwayAsync()
    {
        if (_app is { } app)
        {
            _app = null;
            await app.DisposeAsync();
        }
    }

    /// <summary>Signs with a new key from now on; the one before stays published until it is withdrawn.</summary>
    public void Rotate(SecurityKey? key = null)
    {
        Key = key ?? new ECDsaSecurityKey(ECDsa.Create(ECCurve.NamedCurves.nistP256));
        Key.KeyId = Guid.NewGuid().ToString("N");
        _published.Add(Key);
    }

    public void Withdraw(SecurityKey key) => _published.Remove(key);

    /// <param name="change">Alters the claims.</param>
    /// <param name="credentials">Null for its own key.</param>
    /// <param name="type">The header's <c>typ</c>.</param>
    public string Sign(
        Action<Dictionary<string, object>>? change = null, SigningCredentials? credentials = null, string type = "at+jwt")
    {
        var now = _clock.GetUtcNow();
        var claims = new Dictionary<string, object>
        {
            ["iss"] = Address,
            ["aud"] = Audience,
            ["sub"] = "248289761001",
            ["iat"] = now.ToUnixTimeSeconds(),
            ["exp"] = now.AddMinutes(5).ToUnixTimeSeconds(),
        };
        change?.Invoke(claims);
        var own = new SigningCredentials(
            Key, Key is RsaSecurityKey ? SecurityAlgorithms.RsaSha256 : SecurityAlgorithms.EcdsaSha256);
        return new JsonWebTokenHandler { SetDefaultTimesOnTokenCreation = false }.CreateToken(
            JsonSerializer.Serialize(claims),
            credentials ?? own,
            new Dictionary<string, object> { ["typ"] = type });
    }

    /// <summary>For an address of which it says that it is the subject's.</summary>
    public string SignFor(string email, string subject) => Sign(claims =>
    {
        claims["sub"] = subject;
        claims["email"] = email;
        claims["email_verified"] = true;
    });

    public async ValueTask DisposeAsync() => await GoAwayAsync();

    private static Dictionary<string, string> Publish(SecurityKey key)
    {
        var jwk = JsonWebKeyConverter.ConvertFromSecurityKey(key);
        var published = new Dictionary<string, string> { ["kty"] = jwk.Kty, ["kid"] = key.KeyId };
        foreach (var (name, value) in new[] { ("crv", jwk.Crv), ("x", jwk.X), ("y", jwk.Y), ("n", jwk.N), ("e", jwk.E), ("k", jwk.K) })
        {
            if (value is not null)
            {
                published[name] = value;
            }
        }

        return published;
    }
}
