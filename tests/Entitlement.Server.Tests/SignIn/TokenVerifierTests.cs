using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Entitlement.Domain.Errors;
using Entitlement.Server.Abuse;
using Entitlement.Server.SignIn;
using Entitlement.Testing;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Microsoft.IdentityModel.Tokens;

namespace Entitlement.Server.Tests.SignIn;

public sealed class TokenVerifierTests : IAsyncLifetime, IDisposable
{
    private readonly ManualClock _clock = new(TimeProvider.System.GetUtcNow());
    private readonly VerificationQueue _queue = new(Options.Create(new AbuseOptions()));
    private readonly LogCapture _logs = new();
    private readonly ILoggerFactory _loggers;
    private TokenIssuer _issuer = null!;
    private IssuerKeys _keys = null!;
    private TokenVerifier _verifier = null!;

    public TokenVerifierTests() => _loggers = LoggerFactory.Create(builder => builder.AddProvider(_logs));

    public async Task InitializeAsync()
    {
        _issuer = await TokenIssuer.StartAsync(_clock);
        Use(new OpenIdConnectOptions { Issuer = _issuer.Address, Audience = TokenIssuer.Audience });
    }

    public async Task DisposeAsync() => await _issuer.DisposeAsync();

    public void Dispose()
    {
        _keys.Dispose();
        _queue.Dispose();
        _loggers.Dispose();
        _logs.Dispose();
    }

    [Fact]
    public async Task Tells_whom_the_issuer_means()
    {
        Assert.Equal(new VerifiedToken(_issuer.Address, "248289761001", null), await VerifyAsync(_issuer.Sign()));
        Assert.Equal("ann@example.com", (await VerifyAsync(_issuer.SignFor("ann@example.com", "1"))).VerifiedEmail);
    }

    [Fact]
    public async Task Takes_rsa_keys_that_are_long_enough()
    {
        _issuer.Rotate(new RsaSecurityKey(RSA.Create(2048)));
        var token = _issuer.Sign();
        var payload = token.Split('.')[1];
        Assert.Equal("248289761001", (await VerifyAsync(token)).Subject);

        _clock.Advance(IssuerKeys.Pause);
        using var weak = RSA.Create(1024);
        _issuer.Rotate(new RsaSecurityKey(weak));
        var content = $"{Header(("alg", "RS256"), ("typ", "at+jwt"), ("kid", _issuer.Key.KeyId))}.{payload}";
        var signature = weak.SignData(Encoding.ASCII.GetBytes(content), HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        Assert.Equal("unknown_key", await CauseAsync($"{content}.{Base64Url.EncodeToString(signature)}"));
    }

    [Fact]
    public async Task Refuses_claims_that_are_not_right_and_says_which()
    {
        var now = _clock.GetUtcNow();
        (string Cause, string Token)[] cases =
        [
            ("wrong_issuer", _issuer.Sign(claims => claims["iss"] = "https://evil.example")),
            ("wrong_issuer", _issuer.Sign(claims => claims["iss"] = _issuer.Address + "/")),
            ("wrong_issuer", _issuer.Sign(claims => claims.Remove("iss"))),
            ("wrong_audience", _issuer.Sign(claims => claims["aud"] = "https://other.example")),
            ("wrong_audience", _issuer.Sign(claims => claims.Remove("aud"))),
            ("wrong_type", _issuer.Sign(type: "logout+jwt")),
            ("expired", _issuer.Sign(claims => claims["exp"] = now.AddSeconds(-60).ToUnixTimeSeconds())),
            ("expired", _issuer.Sign(claims => claims.Remove("exp"))),
            ("not_yet_valid", _issuer.Sign(claims => claims["nbf"] = now.AddSeconds(62).ToUnixTimeSeconds())),
            ("no_subject", _issuer.Sign(claims => claims.Remove("sub"))),
            ("no_subject", _issuer.Sign(claims => claims["sub"] = new string('x', 256))),
            ("no_subject", _issuer.Sign(claims => claims["sub"] = "a\u0000b")),
        ];

        foreach (var (cause, token) in cases)
        {
            Assert.Equal(cause, await CauseAsync(token));
        }
    }

    [Fact]
    public async Task Bears_clocks_that_are_a_little_apart()
    {
        var now = _clock.GetUtcNow();

        await VerifyAsync(_issuer.Sign(claims => claims["exp"] = now.AddSeconds(-50).ToUnixTimeSeconds()));
        await VerifyAsync(_issuer.Sign(claims => claims["nbf"] = now.AddSeconds(50).ToUnixTimeSeconds()));
    }

    [Fact]
    public async Task Never_takes_a_key_that_others_know_for_a_secret()
    {
        using var rsa = RSA.Create(2048);
        _issuer.Rotate(new RsaSecurityKey(rsa));
        var publicKey = Encoding.UTF8.GetBytes(rsa.ExportSubjectPublicKeyInfoPem());
        var shared = new SymmetricSecurityKey(publicKey) { KeyId = _issuer.Key.KeyId };

        var token = _issuer.Sign(credentials: new SigningCredentials(shared, SecurityAlgorithms.HmacSha256));

        Assert.Equal("wrong_algorithm", await CauseAsync(token));
    }

    [Theory]
    [InlineData("none")]
    [InlineData("None")]
    [InlineData("HS256")]
    [InlineData("")]
    public async Task Refuses_an_unsigned_token_whatever_its_header_says(string algorithm)
    {
        var payload = _issuer.Sign().Split('.')[1];

        Assert.Equal("wrong_algorithm", await CauseAsync($"{Header(("alg", algorithm), ("typ", "at+jwt"))}.{payload}."));
    }

    [Fact]
    public async Task Refuses_signatures_of_others()
    {
        using var foreign = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var token = _issuer.Sign();
        await VerifyAsync(token);
        var parts = token.Split('.');
        var named = new ECDsaSecurityKey(foreign) { KeyId = _issuer.Key.KeyId };
        var nameless = new ECDsaSecurityKey(foreign);
        var other = _issuer.Sign(claims => claims["sub"] = "admin").Split('.');

        foreach (var forged in new[]
        {
            _issuer.Sign(credentials: new SigningCredentials(named, SecurityAlgorithms.EcdsaSha256)),
            _issuer.Sign(credentials: new SigningCredentials(nameless, SecurityAlgorithms.EcdsaSha256)),
            $"{parts[0]}.{other[1]}.{parts[2]}",
            $"{parts[0]}.{parts[1]}.",
        })
        {
            Assert.Equal("bad_signature", await CauseAsync(forged));
        }
    }

    [Fact]
    public async Task Believes_no_key_that_comes_with_the_token()
    {
        using var own = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var point = own.ExportParameters(includePrivateParameters: false).Q;
        var jwk = new JsonObject
        {
            ["kty"] = "EC",
            ["crv"] = "P-256",
            ["x"] = Base64Url.EncodeToString(point.X),
            ["y"] = Base64Url.EncodeToString(point.Y),
        };
        var content = $"{Header(("alg", "ES256"), ("typ", "at+jwt"), ("jwk", jwk))}.{_issuer.Sign().Split('.')[1]}";
        var signature = own.SignData(Encoding.ASCII.GetBytes(content), HashAlgorithmName.SHA256);

        Assert.Equal("bad_signature", await CauseAsync($"{content}.{Base64Url.EncodeToString(signature)}"));
    }

    [Fact]
    public async Task Refuses_what_is_no_token_before_any_key_is_fetched()
    {
        var parts = _issuer.Sign().Split('.');
        string[] texts =
        [
            "a.b.c",
            "..",
            $"{Header(("alg", "ES256"), ("crit", new JsonArray("exp")))}.{parts[1]}.{parts[2]}",
            $"{parts[0]}.{new string('A', TokenVerifier.MaxLength)}.{parts[2]}",
        ];

        foreach (var text in texts)
        {
            Assert.Equal("malformed", await CauseAsync(text));
        }

        Assert.Equal(0, _issuer.Fetches);
    }

    [Theory]
    [InlineData("\"true\"")]
    [InlineData("1")]
    [InlineData("false")]
    [InlineData("null")]
    public async Task Believes_an_address_only_where_the_issuer_says_that_it_is_the_subjects(string verified)
    {
        var token = _issuer.Sign(claims =>
        {
            claims["email"] = "ann@example.com";
            claims["email_verified"] = JsonNode.Parse(verified)!;
        });

        Assert.Null((await VerifyAsync(token)).VerifiedEmail);
    }

    [Fact]
    public async Task Takes_a_new_key_of_the_issuer_at_its_first_token_and_not_the_one_it_took_back()
    {
        var old = _issuer.Key;
        var before = _issuer.Sign();
        await VerifyAsync(before);
        _clock.Advance(IssuerKeys.Pause);
        _issuer.Rotate();

        await VerifyAsync(_issuer.Sign());
        await VerifyAsync(before);
        Assert.Equal(2, _issuer.Fetches);

        _issuer.Withdraw(old);
        _clock.Advance(TimeSpan.FromHours(1));
        var refusal = await CauseAsync(_issuer.Sign(credentials: new SigningCredentials(old, SecurityAlgorithms.EcdsaSha256)));
        Assert.Equal("unknown_key", refusal);
    }

    [Fact]
    public async Task Asks_the_issuer_once_in_a_while_however_many_unknown_keys_come()
    {
        await VerifyAsync(_issuer.Sign());
        _clock.Advance(IssuerKeys.Pause);
        using var foreign = ECDsa.Create(ECCurve.NamedCurves.nistP256);

        for (var i = 0; i < 20; i++)
        {
            var key = new ECDsaSecurityKey(foreign) { KeyId = $"made-up-{i}" };
            var token = _issuer.Sign(credentials: new SigningCredentials(key, SecurityAlgorithms.EcdsaSha256));
            Assert.Equal("unknown_key", await CauseAsync(token));
        }

        Assert.Equal(2, _issuer.Fetches);
    }

    [Fact]
    public async Task Fetches_once_for_all_who_wait()
    {
        var gate = new TaskCompletionSource();
        _issuer.WhileFetching = () => gate.Task;
        var calls = Enumerable.Range(0, 8).Select(_ => VerifyAsync(_issuer.Sign())).ToList();

        gate.SetResult();
        await Task.WhenAll(calls);

        Assert.Equal(1, _issuer.Fetches);
    }

    [Fact]
    public async Task Says_that_the_issuer_is_away_and_goes_on_as_soon_as_it_is_back()
    {
        await _issuer.GoAwayAsync();
        var refusal = await Assert.ThrowsAsync<EntitlementException>(() => VerifyAsync(_issuer.Sign()));
        Assert.Equal(FailureReason.IssuerUnavailable, refusal.Reason);

        await _issuer.ComeAsync();
        _clock.Advance(IssuerKeys.Pause);

        await VerifyAsync(_issuer.Sign());
    }

    [Fact]
    public async Task Goes_on_with_the_keys_at_hand_while_the_issuer_is_away_but_not_for_ever()
    {
        await VerifyAsync(_issuer.Sign());
        await _issuer.GoAwayAsync();

        _clock.Advance(TimeSpan.FromHours(23));
        await VerifyAsync(_issuer.Sign());

        _clock.Advance(TimeSpan.FromHours(2));
        var refusal = await Assert.ThrowsAsync<EntitlementException>(() => VerifyAsync(_issuer.Sign()));
        Assert.Equal(FailureReason.IssuerUnavailable, refusal.Reason);
        Assert.Single(_logs.Lines, line => line.EventId == 2001);
    }

    [Fact]
    public async Task Believes_no_configuration_of_another_issuer()
    {
        _issuer.Says = "https://evil.example";

        var refusal = await Assert.ThrowsAsync<EntitlementException>(() => VerifyAsync(_issuer.Sign()));

        Assert.Equal(FailureReason.IssuerUnavailable, refusal.Reason);
    }

    [Fact]
    public async Task Takes_no_token_where_no_issuer_is_configured()
    {
        Use(new OpenIdConnectOptions());

        Assert.Equal("oidc_off", await CauseAsync(_issuer.Sign()));
    }

    private void Use(OpenIdConnectOptions options)
    {
        _keys?.Dispose();
        _keys = new IssuerKeys(Options.Create(options), _clock, _loggers.CreateLogger<IssuerKeys>());
        _verifier = new TokenVerifier(Options.Create(options), _keys, _queue, _clock);
    }

    private Task<VerifiedToken> VerifyAsync(string token) => _verifier.VerifyAsync(token, CancellationToken.None);

    private async Task<string> CauseAsync(string token)
    {
        var refusal = await Assert.ThrowsAsync<EntitlementException>(() => VerifyAsync(token));
        Assert.Equal(FailureReason.Unauthenticated, refusal.Reason);
        return refusal.Metadata["cause"];
    }

    private static string Header(params (string Name, JsonNode Value)[] members)
    {
        var header = new JsonObject(members.Select(member => KeyValuePair.Create(member.Name, (JsonNode?)member.Value)));
        return Base64Url.EncodeToString(Encoding.UTF8.GetBytes(header.ToJsonString()));
    }
}
