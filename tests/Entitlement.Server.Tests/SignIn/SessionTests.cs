using Entitlement.Testing;
using Entitlement.V1;
using Grpc.Core;

namespace Entitlement.Server.Tests.SignIn;

public class SessionTests
{
    [Fact]
    public async Task Ends_at_its_end_and_when_it_is_not_used()
    {
        await using var portal = await Portal.OpenAsync();
        var id = await portal.AddWithPasswordAsync();
        var (used, idle) = ((await portal.SignInAsync()).Token, (await portal.SignInAsync()).Token);

        for (var i = 0; i < 6; i++)
        {
            portal.Clock.Advance(TimeSpan.FromMinutes(119));
            Assert.Equal($"users/{id}", await portal.WhoAsync(used));
        }

        Assert.Equal("expired", await portal.CauseAsync(idle));
        portal.Clock.Advance(TimeSpan.FromMinutes(6));
        Assert.Equal("expired", await portal.CauseAsync(used));
    }

    [Fact]
    public async Task Ends_with_sign_out()
    {
        await using var portal = await Portal.OpenAsync();
        await portal.AddWithPasswordAsync();
        var (own, other) = ((await portal.SignInAsync()).Token, (await portal.SignInAsync()).Token);
        var before = await portal.VersionAsync();

        await portal.As(own).SignOutAsync(new SignOutRequest());

        Assert.Equal("revoked", await portal.CauseAsync(own));
        Assert.StartsWith("users/", await portal.WhoAsync(other), StringComparison.Ordinal);
        Assert.Equal(before + 1, await portal.VersionAsync());
        Assert.Contains("session.end", Assert.Single(await portal.AuditAsync("session.end")), StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task Is_listed_and_revoked(DatabaseKind database)
    {
        await using var portal = await Portal.OpenAsync(database);
        var id = await portal.AddWithPasswordAsync();
        var first = await portal.SignInAsync(from: "2001:db8:1:2:3::4");
        portal.Clock.Advance(TimeSpan.FromMinutes(1));
        var second = await portal.SignInAsync();
        var administrator = new SessionService.SessionServiceClient(portal.Host.Administrator);

        var listed = (await administrator.ListSessionsAsync(new ListSessionsRequest { Parent = $"users/{id}" })).Sessions;
        Assert.Equal([first.Session.Name, second.Session.Name], listed.Select(session => session.Name));
        Assert.Equal("2001:db8:1:2::/64", listed[0].Origin);
        Assert.Equal(portal.Clock.GetUtcNow().AddMinutes(119), listed[0].ExpireTime.ToDateTimeOffset());

        await administrator.RevokeSessionAsync(new RevokeSessionRequest { Name = first.Session.Name });
        await administrator.RevokeSessionAsync(new RevokeSessionRequest { Name = first.Session.Name });

        Assert.Equal("revoked", await portal.CauseAsync(first.Token));
        listed = (await administrator.ListSessionsAsync(new ListSessionsRequest { Parent = $"users/{id}" })).Sessions;
        Assert.Equal(second.Session.Name, Assert.Single(listed).Name);
        Assert.Single(await portal.AuditAsync("session.end"));
    }

    [Fact]
    public async Task Of_another_person_is_not_found_under_ones_own_name()
    {
        await using var portal = await Portal.OpenAsync();
        await portal.AddWithPasswordAsync();
        var other = await portal.AddWithPasswordAsync("bob@example.com");
        var session = (await portal.SignInAsync()).Session.Name.Split('/')[^1];
        var administrator = new SessionService.SessionServiceClient(portal.Host.Administrator);

        var refusal = await Shop.RefusedAsync(administrator.RevokeSessionAsync(
            new RevokeSessionRequest { Name = $"users/{other}/sessions/{session}" }));

        Assert.Equal((StatusCode.NotFound, "NOT_FOUND"), (refusal.StatusCode, refusal.Reason()));
    }

    [Fact]
    public async Task All_end_when_the_password_changes_and_the_caller_goes_on_with_a_new_one()
    {
        await using var portal = await Portal.OpenAsync();
        var id = await portal.AddWithPasswordAsync();
        var (own, other) = ((await portal.SignInAsync()).Token, (await portal.SignInAsync()).Token);
        var before = await portal.VersionAsync();

        var answer = await portal.As(own).ChangePasswordAsync(new ChangePasswordRequest
        {
            CurrentPassword = Portal.Password,
            NewPassword = "another long password",
        });

        Assert.Equal("revoked", await portal.CauseAsync(own));
        Assert.Equal("revoked", await portal.CauseAsync(other));
        Assert.Equal($"users/{id}", await portal.WhoAsync(answer.Token));
        Assert.Equal(before + 1, await portal.VersionAsync());
        Assert.Equal("SIGN_IN_FAILED", (await portal.SignInRefusedAsync()).Reason());
        await portal.SignInAsync(password: "another long password");
    }

    [Fact]
    public async Task A_wrong_current_password_changes_nothing()
    {
        await using var portal = await Portal.OpenAsync();
        var id = await portal.AddWithPasswordAsync();
        var token = (await portal.SignInAsync()).Token;

        var wrong = await Shop.RefusedAsync(portal.As(token).ChangePasswordAsync(
            new ChangePasswordRequest { CurrentPassword = "wrong", NewPassword = "another long password" }));
        var weak = await Shop.RefusedAsync(portal.As(token).ChangePasswordAsync(
            new ChangePasswordRequest { CurrentPassword = Portal.Password, NewPassword = "short" }));

        Assert.Equal("SIGN_IN_FAILED", wrong.Reason());
        Assert.Equal(("INVALID_ARGUMENT", "new_password"), (weak.Reason(), weak.Info().Metadata["field"]));
        Assert.Equal($"users/{id}", await portal.WhoAsync(token));
        await portal.SignInAsync();
    }

    [Fact]
    public async Task Ones_own_are_seen_and_ended_without_any_role_and_nobody_elses()
    {
        await using var portal = await Portal.OpenAsync();
        var id = await portal.AddWithPasswordAsync();
        var other = await portal.AddWithPasswordAsync("bob@example.com");
        var (own, lost, foreign) = (await portal.SignInAsync(), await portal.SignInAsync(), await portal.SignInAsync("bob@example.com"));

        var listed = (await portal.As(own.Token).ListSessionsAsync(new ListSessionsRequest { Parent = $"users/{id}" })).Sessions;
        Assert.Equal(own.Session.Name, Assert.Single(listed, session => session.Current).Name);
        await portal.As(own.Token).RevokeSessionAsync(new RevokeSessionRequest { Name = lost.Session.Name });
        Assert.Equal("revoked", await portal.CauseAsync(lost.Token));

        foreach (var refusal in new[]
        {
            await Shop.RefusedAsync(portal.As(own.Token).ListSessionsAsync(new ListSessionsRequest { Parent = $"users/{other}" })),
            await Shop.RefusedAsync(portal.As(own.Token).RevokeSessionAsync(new RevokeSessionRequest { Name = foreign.Session.Name })),
        })
        {
            Assert.Equal((StatusCode.NotFound, "NOT_FOUND"), (refusal.StatusCode, refusal.Reason()));
        }

        Assert.Equal($"users/{other}", await portal.WhoAsync(foreign.Token));
    }

    [Fact]
    public async Task Is_needed_where_nothing_else_can_stand_in_for_it()
    {
        await using var portal = await Portal.OpenAsync();

        foreach (var (channel, cause) in new[] { (portal.Host.Administrator, "session_required"), (portal.Host.Anonymous, "missing") })
        {
            var client = new SessionService.SessionServiceClient(channel);
            var refusal = await Shop.RefusedAsync(client.SignOutAsync(new SignOutRequest()));
            Assert.Equal(cause, refusal.Info().Metadata["cause"]);
            refusal = await Shop.RefusedAsync(client.ChangePasswordAsync(new ChangePasswordRequest()));
            Assert.Equal(cause, refusal.Info().Metadata["cause"]);
        }
    }

    [Fact]
    public async Task Tells_nothing_of_sessions_to_whoever_does_not_hold_their_secret()
    {
        await using var portal = await Portal.OpenAsync();
        await portal.AddWithPasswordAsync();
        var token = (await portal.SignInAsync()).Token;
        await portal.As(token).SignOutAsync(new SignOutRequest());
        var id = token.Split('_')[1];

        Assert.Equal("unknown", await portal.CauseAsync($"ens_{id}_{new string('A', 43)}"));
        Assert.Equal("unknown", await portal.CauseAsync($"ens_{Guid.NewGuid():N}_{new string('A', 43)}"));
        Assert.Equal("malformed", await portal.CauseAsync($"ens_nobody_{new string('A', 43)}"));
        Assert.Equal("malformed", await portal.CauseAsync($"enp_{id}_{token.Split('_', 3)[2]}"));
        Assert.Equal("unknown", await portal.CauseAsync($"ent_{id}_{token.Split('_', 3)[2]}"));
    }

    [Fact]
    public async Task The_one_that_was_not_used_for_the_longest_time_gives_way_to_one_too_many()
    {
        await using var portal = await Portal.OpenAsync(("SignIn:MaxSessions", "2"));
        await portal.AddWithPasswordAsync();
        var tokens = new List<string>();
        for (var i = 0; i < 3; i++)
        {
            portal.Clock.Advance(TimeSpan.FromMinutes(1));
            tokens.Add((await portal.SignInAsync()).Token);
        }

        Assert.Equal("revoked", await portal.CauseAsync(tokens[0]));
        await portal.WhoAsync(tokens[1]);
        await portal.WhoAsync(tokens[2]);
    }
}
