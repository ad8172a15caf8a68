using Entitlement.Testing;
using Entitlement.V1;
using Grpc.Core;
using Microsoft.EntityFrameworkCore;

namespace Entitlement.Server.Tests.SignIn;

public class PasswordLinkTests
{
    private const string Other = "another long password";

    [Theory]
    [MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task Works_once_and_ends_what_rested_on_the_password_before(DatabaseKind database)
    {
        await using var portal = await Portal.OpenAsync(database);
        var id = await portal.AddWithPasswordAsync();
        var token = (await portal.SignInAsync()).Token;
        var (link, another) = (await portal.NewLinkAsync(id), await portal.NewLinkAsync(id));
        var before = await portal.VersionAsync();

        await portal.Sessions.SetPasswordAsync(new SetPasswordRequest { Token = link, Password = Other });

        var again = await RefusedAsync(portal, link, "yet another long password");
        Assert.Equal(
            (StatusCode.FailedPrecondition, "PASSWORD_LINK_INVALID", "used"),
            (again.StatusCode, again.Reason(), again.Info().Metadata["cause"]));
        Assert.Equal("superseded", (await RefusedAsync(portal, another)).Info().Metadata["cause"]);
        Assert.Equal("revoked", await portal.CauseAsync(token));
        Assert.Equal(before + 1, await portal.VersionAsync());
        await portal.SignInAsync(password: Other);
    }

    [Fact]
    public async Task Of_many_who_use_it_at_once_one_sets_the_password()
    {
        await using var portal = await Portal.OpenAsync(("SignIn:MaxHashes", "4"));
        var (_, link) = await portal.AddAsync("ann@example.com");

        var refusals = await Task.WhenAll(Enumerable.Range(0, 4).Select(i => Refusals.OfAsync(
            async () => await portal.Sessions.SetPasswordAsync(new SetPasswordRequest { Token = link, Password = $"{Other} {i}" }))));

        Assert.Single(refusals, refusal => refusal is null);
        Assert.All(refusals.OfType<RpcException>(), refusal => Assert.Equal("used", refusal.Info().Metadata["cause"]));
        Assert.Equal(1, (await portal.ReadAsync(db => db.PasswordLinks.SingleAsync())).Revision);
    }

    [Fact]
    public async Task Is_as_good_as_before_after_a_password_that_is_not_accepted()
    {
        await using var portal = await Portal.OpenAsync();
        var (_, link) = await portal.AddAsync("ann@example.com");

        foreach (var password in new[] { "", "short", "ann@example.com!", "aaaaaaaaaaaaaaaa", new string('x', 257) })
        {
            var refusal = await RefusedAsync(portal, link, password);
            Assert.Equal(("INVALID_ARGUMENT", "password"), (refusal.Reason(), refusal.Info().Metadata["field"]));
        }

        await portal.Sessions.SetPasswordAsync(new SetPasswordRequest { Token = link, Password = Other });
    }

    [Fact]
    public async Task Ends_after_its_time_and_for_somebody_who_is_switched_off()
    {
        await using var portal = await Portal.OpenAsync();
        var (id, link) = await portal.AddAsync("ann@example.com");
        await portal.SwitchAsync(id, isEnabled: false);
        Assert.Equal("switched_off", (await RefusedAsync(portal, link)).Info().Metadata["cause"]);

        await portal.SwitchAsync(id, isEnabled: true);
        portal.Clock.Advance(TimeSpan.FromDays(7));

        Assert.Equal("expired", (await RefusedAsync(portal, link)).Info().Metadata["cause"]);
    }

    [Fact]
    public async Task Tells_nothing_to_whoever_does_not_hold_its_secret()
    {
        await using var portal = await Portal.OpenAsync();
        var (_, link) = await portal.AddAsync("ann@example.com");
        await portal.Sessions.SetPasswordAsync(new SetPasswordRequest { Token = link, Password = Other });
        var id = link.Split('_')[1];

        foreach (var guess in new[] { "", "nonsense", $"enp_{id}_{new string('A', 43)}", $"ent_{id}_{link.Split('_', 3)[2]}" })
        {
            Assert.Equal("unknown", (await RefusedAsync(portal, guess)).Info().Metadata["cause"]);
        }
    }

    [Fact]
    public async Task Comes_by_mail_for_an_address_that_somebody_has_and_the_answer_is_the_same_for_any()
    {
        await using var portal = await Portal.OpenAsync();
        var id = await portal.AddWithPasswordAsync();
        var off = await portal.AddWithPasswordAsync("off@example.com");
        await portal.SwitchAsync(off, isEnabled: false);

        foreach (var email in new[] { "ANN@example.com", "nobody@example.com", "off@example.com" })
        {
            Assert.Equal(
                new RequestPasswordLinkResponse(),
                await portal.Sessions.RequestPasswordLinkAsync(new RequestPasswordLinkRequest { Email = email }));
        }

        var link = Assert.Single(await portal.LinksSentAsync());
        await portal.Sessions.SetPasswordAsync(new SetPasswordRequest { Token = link, Password = Other });
        var token = (await portal.SignInAsync(password: Other)).Token;
        Assert.Equal($"users/{id}", await portal.WhoAsync(token));
        Assert.DoesNotContain(link, portal.Host.Logs.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Comes_a_few_times_an_hour_however_often_somebody_asks_and_each_of_them_works()
    {
        await using var portal = await Portal.OpenAsync();
        await portal.AddWithPasswordAsync();
        for (var i = 0; i < 10; i++)
        {
            await portal.Sessions.RequestPasswordLinkAsync(new RequestPasswordLinkRequest { Email = "ann@example.com" });
        }

        var links = await portal.LinksSentAsync();

        Assert.Equal(3, links.Distinct(StringComparer.Ordinal).Count());
        await portal.Sessions.SetPasswordAsync(new SetPasswordRequest { Token = links[0], Password = Other });
    }

    [Fact]
    public async Task Is_not_asked_for_without_end_by_one_caller()
    {
        await using var portal = await Portal.OpenAsync(("Abuse:FailuresPerAddress", "3"));
        for (var i = 0; i < 3; i++)
        {
            await portal.Sessions.RequestPasswordLinkAsync(new RequestPasswordLinkRequest { Email = $"{i}@example.com" });
        }

        var refusal = await Shop.RefusedAsync(
            portal.Sessions.RequestPasswordLinkAsync(new RequestPasswordLinkRequest { Email = "ann@example.com" }));

        Assert.Equal((StatusCode.ResourceExhausted, "TOO_MANY_FAILURES"), (refusal.StatusCode, refusal.Reason()));
    }

    [Fact]
    public async Task Is_not_replaced_by_an_initial_password_of_ones_own()
    {
        await using var portal = await Portal.OpenAsync();
        var id = await portal.AddWithPasswordAsync();
        var token = (await portal.SignInAsync()).Token;

        var refusal = await Shop.RefusedAsync(
            portal.As(token).IssueInitialPasswordAsync(new IssueInitialPasswordRequest { Name = $"users/{id}" }));

        Assert.Equal(("INVALID_ARGUMENT", "name"), (refusal.Reason(), refusal.Info().Metadata["field"]));
    }

    [Fact]
    public async Task An_administrator_takes_over_nobody_who_is_more_than_a_person_of_the_own_account()
    {
        await using var portal = await Portal.OpenAsync();
        var (account, other) = (await portal.NewAccountAsync(), await portal.NewAccountAsync());
        var administrator = portal.As(await portal.AddAdministratorAsync(account));
        var (own, _) = await portal.AddAsync("own@example.com");
        var (both, _) = await portal.AddAsync("both@example.com");
        var (system, _) = await portal.AddAsync("system@example.com", ofSystem: true);
        var (foreign, _) = await portal.AddAsync("foreign@example.com");
        foreach (var person in new[] { own, both, system })
        {
            await portal.JoinAsync(account, person);
        }

        await portal.JoinAsync(other, both);
        await portal.JoinAsync(other, foreign);

        await administrator.IssueInitialPasswordAsync(new IssueInitialPasswordRequest { Name = $"users/{own}" });
        foreach (var person in new[] { both, system, foreign })
        {
            var refusal = await Shop.RefusedAsync(
                administrator.IssueInitialPasswordAsync(new IssueInitialPasswordRequest { Name = $"users/{person}" }));
            Assert.Contains(refusal.Reason(), (string[])["NOT_FOUND", "PERMISSION_DENIED"]);
        }

        Assert.Equal(2, await portal.ReadAsync(db => db.PasswordCredentials.CountAsync()));
    }

    private static Task<RpcException> RefusedAsync(Portal portal, string link, string password = Other) => Shop.RefusedAsync(
        portal.Sessions.SetPasswordAsync(new SetPasswordRequest { Token = link, Password = password }));
}
