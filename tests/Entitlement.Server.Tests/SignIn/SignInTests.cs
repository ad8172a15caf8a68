using Entitlement.Server.SignIn;
using Entitlement.Testing;
using Entitlement.V1;
using Google.Protobuf;
using Grpc.Core;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace Entitlement.Server.Tests.SignIn;

public class SignInTests
{
    [Theory]
    [MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task Makes_whoever_holds_the_token_the_person(DatabaseKind database)
    {
        await using var portal = await Portal.OpenAsync(database);
        var id = await portal.AddWithPasswordAsync("Ann.Lee@Example.com");

        var answer = await portal.SignInAsync("aNN.lEE@example.COM");

        Assert.StartsWith("ens_", answer.Token, StringComparison.Ordinal);
        Assert.StartsWith($"users/{id}/sessions/", answer.Session.Name, StringComparison.Ordinal);
        Assert.Equal(("192.0.2.1", true), (answer.Session.Origin, answer.Session.Current));
        Assert.Equal($"users/{id}", await portal.WhoAsync(answer.Token));
        Assert.Equal([$"users/{id} session.create {answer.Session.Name}"], await portal.AuditAsync("session."));
    }

    [Fact]
    public async Task Keeps_no_password_and_no_token_anywhere()
    {
        await using var portal = await Portal.OpenAsync();
        var id = await portal.AddWithPasswordAsync();
        var token = (await portal.SignInAsync()).Token;
        var secret = token.Split('_', 3)[2];

        Assert.DoesNotContain(Portal.Password, portal.Host.Logs.Text, StringComparison.Ordinal);
        Assert.DoesNotContain(secret, portal.Host.Logs.Text, StringComparison.Ordinal);
        var hash = await portal.ReadAsync(db => db.PasswordCredentials.SingleAsync(one => one.UserId == id));
        Assert.DoesNotContain(Portal.Password, hash.Hash, StringComparison.Ordinal);
        Assert.Empty(await portal.ReadAsync(db => db.IdempotencyRecords.ToListAsync()));
    }

    [Fact]
    public async Task Answers_a_wrong_password_and_an_unknown_address_by_the_same_bytes_and_the_same_work()
    {
        await using var portal = await Portal.OpenAsync();
        await portal.AddWithPasswordAsync();
        var (locked, _) = (await portal.AddWithPasswordAsync("locked@example.com"), 0);
        await portal.AddAsync("none@example.com");
        for (var i = 0; i < 5; i++)
        {
            await portal.SignInRefusedAsync("locked@example.com", "wrong");
        }

        Assert.True(await portal.ReadAsync(db => db.SignInFailures.AnyAsync(one => one.Id == locked && one.LockedUntil != null)));
        var queue = portal.Host.Services.GetRequiredService<HashQueue>();
        var before = queue.Served;
        string[] answers =
        [
            await BytesAsync("ann@example.com", "wrong"),
            await BytesAsync("nobody@example.com", Portal.Password),
            await BytesAsync("none@example.com", Portal.Password),
            await BytesAsync("locked@example.com", "wrong"),
            await BytesAsync("locked@example.com", Portal.Password),
        ];

        Assert.Single(answers.Distinct(StringComparer.Ordinal));
        Assert.Equal(before + answers.Length, queue.Served);
        Assert.Equal(4, await portal.ReadAsync(db => db.SignInFailures.CountAsync()));

        async Task<string> BytesAsync(string email, string password)
        {
            var refusal = await portal.SignInRefusedAsync(email, password);
            Assert.Equal("SIGN_IN_FAILED", refusal.Reason());
            return $"{refusal.StatusCode} {refusal.Status.Detail} {refusal.Details().ToByteString().ToBase64()}";
        }
    }

    [Fact]
    public async Task Holds_strangers_up_after_some_failures_and_never_the_person_at_a_known_place()
    {
        await using var portal = await Portal.OpenAsync();
        await portal.AddWithPasswordAsync();
        await portal.SignInAsync(from: "192.0.2.1");
        for (var i = 0; i < 20; i++)
        {
            await portal.SignInRefusedAsync(password: "guess", from: $"203.0.113.{i}");
        }

        Assert.Equal("SIGN_IN_FAILED", (await portal.SignInRefusedAsync(from: Portal.Elsewhere)).Reason());
        await portal.SignInAsync(from: "192.0.2.1");

        portal.Clock.Advance(TimeSpan.FromHours(1));
        await portal.SignInAsync(from: Portal.Elsewhere);
    }

    [Fact]
    public async Task Lets_somebody_who_was_locked_out_in_by_a_link_of_the_own_mailbox()
    {
        await using var portal = await Portal.OpenAsync();
        var id = await portal.AddWithPasswordAsync();
        for (var i = 0; i < 5; i++)
        {
            await portal.SignInRefusedAsync(password: "guess");
        }

        await portal.SignInRefusedAsync();
        await portal.Sessions.SetPasswordAsync(
            new SetPasswordRequest { Token = await portal.NewLinkAsync(id), Password = "another long password" });

        await portal.SignInAsync(password: "another long password");
    }

    [Fact]
    public async Task Counts_failures_one_after_the_other_however_many_come_at_once()
    {
        await using var portal = await Portal.OpenAsync(("SignIn:MaxHashes", "4"));
        var id = await portal.AddWithPasswordAsync();

        await Task.WhenAll(Enumerable.Range(0, 8).Select(i => portal.SignInRefusedAsync(password: "guess", from: $"203.0.113.{i}")));

        var failures = await portal.ReadAsync(db => db.SignInFailures.SingleAsync(one => one.Id == id));
        Assert.Equal(5, failures.Failures);
    }

    [Fact]
    public async Task An_initial_password_is_good_for_choosing_another()
    {
        await using var portal = await Portal.OpenAsync();
        var (id, _) = await portal.AddAsync("ann@example.com");
        var issued = await new V1.SessionService.SessionServiceClient(portal.Host.Administrator)
            .IssueInitialPasswordAsync(new IssueInitialPasswordRequest { Name = $"users/{id}" });

        var refusal = await portal.SignInRefusedAsync(password: issued.InitialPassword);
        Assert.Equal((StatusCode.FailedPrecondition, "PASSWORD_CHANGE_REQUIRED"), (refusal.StatusCode, refusal.Reason()));
        Assert.Equal("new_password", await FieldAsync("short"));

        var answer = await portal.SignInAsync(password: issued.InitialPassword, newPassword: "a password of my own");
        Assert.Equal($"users/{id}", await portal.WhoAsync(answer.Token));
        Assert.Equal("SIGN_IN_FAILED", (await portal.SignInRefusedAsync(password: issued.InitialPassword)).Reason());
        await portal.SignInAsync(password: "a password of my own");

        async Task<string> FieldAsync(string wanted) =>
            (await portal.SignInRefusedAsync(password: issued.InitialPassword, newPassword: wanted)).Info().Metadata["field"];
    }

    [Fact]
    public async Task An_initial_password_ends_and_ends_what_was_before()
    {
        await using var portal = await Portal.OpenAsync();
        var id = await portal.AddWithPasswordAsync();
        var token = (await portal.SignInAsync()).Token;
        var link = await portal.NewLinkAsync(id);
        var issued = await new V1.SessionService.SessionServiceClient(portal.Host.Administrator).IssueInitialPasswordAsync(
            new IssueInitialPasswordRequest { Name = $"users/{id}", InitialPassword = "chosen by somebody" });

        Assert.Equal("revoked", await portal.CauseAsync(token));
        Assert.Equal("superseded", (await SetRefusedAsync(portal, link)).Info().Metadata["cause"]);
        portal.Clock.Advance(issued.ExpireTime.ToDateTimeOffset() - portal.Clock.GetUtcNow());
        var refusal = await portal.SignInRefusedAsync(password: "chosen by somebody", newPassword: "a password of my own");
        Assert.Equal("INITIAL_PASSWORD_EXPIRED", refusal.Reason());
    }

    [Fact]
    public async Task Takes_a_new_password_in_place_of_an_initial_one_alone()
    {
        await using var portal = await Portal.OpenAsync();
        await portal.AddWithPasswordAsync();

        var refusal = await portal.SignInRefusedAsync(newPassword: "a password of my own");

        Assert.Equal(("INVALID_ARGUMENT", "new_password"), (refusal.Reason(), refusal.Info().Metadata["field"]));
        await portal.SignInAsync();
    }

    [Fact]
    public async Task Tells_a_person_who_is_switched_off_and_knows_the_password()
    {
        await using var portal = await Portal.OpenAsync();
        var id = await portal.AddWithPasswordAsync();
        var token = (await portal.SignInAsync()).Token;
        await portal.SwitchAsync(id, isEnabled: false);

        var refusal = await portal.SignInRefusedAsync();

        Assert.Equal("switched_off", refusal.Info().Metadata["cause"]);
        Assert.Equal("switched_off", await portal.CauseAsync(token));
        Assert.Equal("SIGN_IN_FAILED", (await portal.SignInRefusedAsync(password: "wrong")).Reason());
    }

    [Fact]
    public async Task Refuses_a_call_that_asks_for_credentials_and_carries_others()
    {
        await using var portal = await Portal.OpenAsync();
        await portal.AddWithPasswordAsync();
        var token = (await portal.SignInAsync()).Token;

        var refusal = await Shop.RefusedAsync(portal.As(token).SignInAsync(
            new SignInRequest { Email = "ann@example.com", Password = Portal.Password }));

        Assert.Equal("duplicate", refusal.Info().Metadata["cause"]);
    }

    [Fact]
    public async Task Names_the_field_that_is_wrong()
    {
        await using var portal = await Portal.OpenAsync();
        (string Field, string Title, SignInRequest Request)[] cases =
        [
            ("email", "no address", new() { Email = "ann", Password = "x" }),
            ("email", "control", new() { Email = "ann\u0000@example.com", Password = "x" }),
            ("email", "none", new() { Password = "x" }),
            ("password", "none", new() { Email = "ann@example.com" }),
            ("password", "too long", new() { Email = "ann@example.com", Password = new string('x', 257) }),
        ];

        await Shop.AllNameTheirFieldAsync(cases.Select(
            one => (one.Field, one.Title, (Func<AsyncUnaryCall<SignInResponse>>)(() => portal.Sessions.SignInAsync(one.Request)))));
    }

    [Fact]
    public async Task Hashes_a_password_anew_when_more_rounds_are_asked_for()
    {
        await using var portal = await Portal.OpenAsync();
        var id = await portal.AddWithPasswordAsync();
        var hashing = new PasswordHashing(Microsoft.Extensions.Options.Options.Create(new SignInOptions { PasswordRounds = 120_000 }));
        var before = await HashAsync();
        var raised = hashing.Verify(before, Portal.Password, "password");
        Assert.Equal(Microsoft.AspNetCore.Identity.PasswordVerificationResult.SuccessRehashNeeded, raised);

        // A hash of fewer rounds than are configured, as an older configuration left it.
        var old = new PasswordHashing(Microsoft.Extensions.Options.Options.Create(new SignInOptions { PasswordRounds = 50_000 }))
            .Hash(Portal.Password, "password");
        await portal.ReplaceHashAsync(id, old);
        await portal.SignInAsync();

        Assert.NotEqual(old, await HashAsync());
        await portal.SignInAsync();

        Task<string> HashAsync() => portal.ReadAsync(
            db => db.PasswordCredentials.Where(one => one.UserId == id).Select(one => one.Hash).SingleAsync());
    }

    [Fact]
    public async Task Says_where_people_sign_in_when_passwords_are_switched_off()
    {
        await using var portal = await Portal.OpenAsync(
            ("SignIn:Passwords", "false"), ("OpenIdConnect:Issuer", "https://id.example.com"), ("OpenIdConnect:Audience", "us"));

        var refusal = await portal.SignInRefusedAsync();

        Assert.Equal(
            (StatusCode.FailedPrecondition, "PASSWORDS_OFF", "https://id.example.com"),
            (refusal.StatusCode, refusal.Reason(), refusal.Info().Metadata["issuer"]));
    }

    private static Task<RpcException> SetRefusedAsync(Portal portal, string link) => Shop.RefusedAsync(
        portal.Sessions.SetPasswordAsync(new SetPasswordRequest { Token = link, Password = "another long password" }));
}
