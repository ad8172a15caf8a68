using Entitlement.Server.SignIn;
using Entitlement.Testing;
using Entitlement.V1;
using Grpc.Core;
using Microsoft.EntityFrameworkCore;

namespace Entitlement.Server.Tests.SignIn;

/// <summary>A server that takes tokens of an issuer on loopback.</summary>
public sealed class IdentityTests : IAsyncLifetime
{
    private readonly ManualClock _clock = new(DateTimeOffset.FromUnixTimeMilliseconds(TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds()));
    private TokenIssuer _issuer = null!;

    public async Task InitializeAsync() => _issuer = await TokenIssuer.StartAsync(_clock);

    public async Task DisposeAsync() => await _issuer.DisposeAsync();

    [Theory]
    [MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task Links_a_subject_by_the_address_that_is_its_own_and_then_goes_by_the_subject(DatabaseKind database)
    {
        await using var portal = await OpenAsync(database);
        var (id, _) = await portal.AddAsync("Ann@example.com");
        var before = await portal.VersionAsync();

        Assert.Equal($"users/{id}", await portal.WhoAsync(_issuer.SignFor("aNN@EXAMPLE.com", "s-1")));

        Assert.Equal(before + 1, await portal.VersionAsync());
        Assert.Equal([$"users/{id} identity.link users/{id}"], await portal.AuditAsync("identity."));

        // The address plays no part any more: it may change, or be withheld.
        Assert.Equal($"users/{id}", await portal.WhoAsync(_issuer.Sign(claims => claims["sub"] = "s-1")));
        Assert.Equal($"users/{id}", await portal.WhoAsync(_issuer.SignFor("other@example.com", "s-1")));
        Assert.Equal(before + 1, await portal.VersionAsync());
    }

    [Fact]
    public async Task Gives_nobody_the_person_who_had_an_address_before()
    {
        await using var portal = await OpenAsync();
        await portal.AddAsync("ann@example.com");
        await portal.WhoAsync(_issuer.SignFor("ann@example.com", "first"));

        Assert.Equal("not_linked", await portal.CauseAsync(_issuer.SignFor("ann@example.com", "second")));
    }

    [Fact]
    public async Task Links_nobody_whose_address_proves_nothing()
    {
        await using var portal = await OpenAsync();
        await portal.AddAsync("ann@example.com");
        await portal.AddAsync("bob@elsewhere.example");
        await portal.AddAsync("root@example.com", ofSystem: true);
        var (off, _) = await portal.AddAsync("off@example.com");
        await portal.SwitchAsync(off, isEnabled: false);
        (string Title, string Token)[] cases =
        [
            ("not verified", _issuer.Sign(claims => claims["email"] = "ann@example.com")),
            ("another domain", _issuer.SignFor("bob@elsewhere.example", "1")),
            ("a domain that ends alike", _issuer.SignFor("ann@evil-example.com", "2")),
            ("of the system", _issuer.SignFor("root@example.com", "3")),
            ("switched off", _issuer.SignFor("off@example.com", "4")),
            ("nobody", _issuer.SignFor("nobody@example.com", "5")),
            ("no address", _issuer.SignFor("ann@example.com\u0000", "6")),
        ];

        foreach (var (title, token) in cases)
        {
            Assert.Equal((title, "not_linked"), (title, await portal.CauseAsync(token)));
        }

        Assert.Empty(await portal.ReadAsync(db => db.ExternalIdentities.ToListAsync()));
    }

    [Fact]
    public async Task Of_many_first_tokens_at_once_one_links()
    {
        await using var portal = await OpenAsync();
        var (id, _) = await portal.AddAsync("ann@example.com");

        var callers = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => portal.WhoAsync(_issuer.SignFor("ann@example.com", "s-1"))));

        Assert.All(callers, caller => Assert.Equal($"users/{id}", caller));
        Assert.Single(await portal.ReadAsync(db => db.ExternalIdentities.ToListAsync()));
    }

    [Fact]
    public async Task A_person_who_is_switched_off_calls_by_no_token()
    {
        await using var portal = await OpenAsync();
        var (id, _) = await portal.AddAsync("ann@example.com");
        await portal.WhoAsync(_issuer.SignFor("ann@example.com", "s-1"));

        await portal.SwitchAsync(id, isEnabled: false);

        Assert.Equal("switched_off", await portal.CauseAsync(_issuer.SignFor("ann@example.com", "s-1")));
    }

    [Fact]
    public async Task A_link_is_known_without_the_database_until_the_person_is_touched()
    {
        await using var portal = await OpenAsync();
        var (id, _) = await portal.AddAsync("ann@example.com");
        var token = _issuer.SignFor("ann@example.com", "s-1");
        await portal.WhoAsync(token);
        await portal.ReadAsync(db => db.ExternalIdentities.ExecuteDeleteAsync());

        Assert.Equal($"users/{id}", await portal.WhoAsync(token));

        await portal.SwitchAsync(id, isEnabled: true);
        Assert.Equal("not_linked", await portal.CauseAsync(_issuer.Sign(claims => claims["sub"] = "s-1")));
    }

    [Fact]
    public async Task A_subject_that_was_given_to_somebody_else_is_that_person_from_the_change_on()
    {
        await using var portal = await OpenAsync();
        var ((ann, _), (bob, _)) = (await portal.AddAsync("ann@example.com"), await portal.AddAsync("bob@example.com"));
        var token = _issuer.Sign(claims => claims["sub"] = "s-1");
        var users = new UserService.UserServiceClient(portal.Host.Administrator);
        await users.LinkIdentityAsync(new LinkIdentityRequest { Name = $"users/{ann}", Subject = "s-1" });
        Assert.Equal($"users/{ann}", await portal.WhoAsync(token));

        await users.UnlinkIdentityAsync(new UnlinkIdentityRequest { Name = $"users/{ann}" });
        await users.LinkIdentityAsync(new LinkIdentityRequest { Name = $"users/{bob}", Subject = "s-1" });

        Assert.Equal($"users/{bob}", await portal.WhoAsync(token));
    }

    [Fact]
    public async Task Tells_over_the_wire_what_is_wrong_with_a_token()
    {
        await using var portal = await OpenAsync();

        Assert.Equal("wrong_audience", await portal.CauseAsync(_issuer.Sign(claims => claims["aud"] = "other")));
        Assert.Equal("malformed", await portal.CauseAsync("a.b.c"));
        Assert.Equal("malformed", await portal.CauseAsync("a.b"));
    }

    [Fact]
    public async Task Starts_while_the_issuer_is_away_and_takes_its_tokens_once_it_is_back()
    {
        await _issuer.GoAwayAsync();
        await using var portal = await OpenAsync();
        var (id, _) = await portal.AddAsync("ann@example.com");
        var token = _issuer.SignFor("ann@example.com", "s-1");

        var refusal = await Assert.ThrowsAsync<RpcException>(() => portal.WhoAsync(token));
        Assert.Equal((StatusCode.Unavailable, "ISSUER_UNAVAILABLE"), (refusal.StatusCode, refusal.Reason()));

        await _issuer.ComeAsync();
        _clock.Advance(IssuerKeys.Pause);
        Assert.Equal($"users/{id}", await portal.WhoAsync(token));
    }

    [Fact]
    public async Task Sessions_end_when_passwords_are_switched_off_and_tokens_go_on()
    {
        await using var portal = await OpenAsync(DatabaseKind.Sqlite, ("SignIn:Passwords", "false"));
        var (id, _) = await portal.AddAsync("ann@example.com");
        var refusal = await Shop.RefusedAsync(portal.Sessions.RequestPasswordLinkAsync(
            new RequestPasswordLinkRequest { Email = "ann@example.com" }));

        Assert.Equal("PASSWORDS_OFF", refusal.Reason());
        Assert.Equal($"users/{id}", await portal.WhoAsync(_issuer.SignFor("ann@example.com", "s-1")));
    }

    [Fact]
    public async Task A_welcome_names_the_issuer_where_passwords_are_switched_off()
    {
        await using var portal = await OpenAsync(DatabaseKind.Sqlite, ("SignIn:Passwords", "false"));
        var users = new UserService.UserServiceClient(portal.Host.Administrator);
        await users.CreateUsersAsync(new CreateUsersRequest
        {
            Parent = $"{await portal.NewAccountAsync()}",
            Users = { new User { DisplayName = "Ann Lee", Email = "ann@example.com" } },
        });

        var mail = Assert.Single(await portal.MailsAsync());

        Assert.Contains(_issuer.Address, mail.Text, StringComparison.Ordinal);
        Assert.Contains(_issuer.Address, mail.Html, StringComparison.Ordinal);
        Assert.Contains("Ann Lee", mail.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("enp_", mail.Raw, StringComparison.Ordinal);
        Assert.Empty(await portal.ReadAsync(db => db.PasswordLinks.ToListAsync()));
    }

    [Fact]
    public async Task Guesses_at_signatures_count_and_expired_tokens_do_not()
    {
        await using var portal = await OpenAsync(DatabaseKind.Sqlite, ("Abuse:FailuresPerAddress", "3"));
        var expired = _issuer.Sign(claims => claims["exp"] = _clock.GetUtcNow().AddHours(-1).ToUnixTimeSeconds());
        for (var i = 0; i < 6; i++)
        {
            Assert.Equal("expired", await portal.CauseAsync(expired));
        }

        var forged = $"{_issuer.Sign()[..^8]}AAAAAAAA";
        for (var i = 0; i < 3; i++)
        {
            Assert.Equal("bad_signature", await portal.CauseAsync(forged));
        }

        var refusal = await Assert.ThrowsAsync<RpcException>(() => portal.WhoAsync(forged));
        Assert.Equal("TOO_MANY_FAILURES", refusal.Reason());
    }

    private Task<Portal> OpenAsync(DatabaseKind database = DatabaseKind.Sqlite, params (string Key, string? Value)[] options) =>
        Portal.OpenAsync(
            _clock,
            database,
            [
                ("OpenIdConnect:Issuer", _issuer.Address),
                ("OpenIdConnect:Audience", TokenIssuer.Audience),
                ("OpenIdConnect:LinkEmailDomains", "example.com, example.org"),
                .. options,
            ]);
}
