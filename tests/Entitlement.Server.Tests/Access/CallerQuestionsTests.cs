using Entitlement.Domain.Access;
using Entitlement.Domain.Errors;
using Entitlement.Server.Access;
using Entitlement.Server.Access.Cache;
using Entitlement.Server.SignIn;
using Entitlement.Server.Tests.SignIn;
using Entitlement.Testing;
using Entitlement.V1;
using Microsoft.Extensions.DependencyInjection;

namespace Entitlement.Server.Tests.Access;

/// <summary>Credentials that end between the look at them and the decision that a call asks for.</summary>
public sealed class CallerQuestionsTests
{
    [Fact]
    public async Task A_key_that_ended_meanwhile_decides_nothing()
    {
        await using var host = await EntitlementHost.StartAsync();
        var (id, secret) = await host.PrincipalAsync();
        var caller = await Of<ServiceAccountKeys>(host).ResolveAsync(Read(secret), default, CancellationToken.None);
        Assert.Null(await AskAsync(host, caller));

        var accounts = new ServiceAccountService.ServiceAccountServiceClient(host.Administrator);
        var key = (await accounts.ListApiKeysAsync(new ListApiKeysRequest { Parent = $"serviceAccounts/{id}" })).ApiKeys.Single();
        await accounts.RevokeApiKeyAsync(new RevokeApiKeyRequest { Name = key.Name });

        Assert.Equal(FailureReason.Unauthenticated, await AskAsync(host, caller));
    }

    [Fact]
    public async Task A_session_that_ended_meanwhile_decides_nothing()
    {
        await using var portal = await Portal.OpenAsync();
        await portal.AddWithPasswordAsync();
        var token = (await portal.SignInAsync()).Token;
        var caller = await Of<SessionTokens>(portal.Host).ResolveAsync(Read(token), default, CancellationToken.None);
        Assert.Null(await AskAsync(portal.Host, caller));

        await portal.As(token).SignOutAsync(new SignOutRequest());

        Assert.Equal(FailureReason.Unauthenticated, await AskAsync(portal.Host, caller));
    }

    [Fact]
    public async Task A_subject_that_was_unlinked_meanwhile_decides_nothing()
    {
        const string issuer = "https://issuer.example";
        await using var portal = await Portal.OpenAsync(("OpenIdConnect:Issuer", issuer), ("OpenIdConnect:Audience", "entitlement"));
        var (id, _) = await portal.AddAsync("ann@example.com");
        var users = new UserService.UserServiceClient(portal.Host.Administrator);
        await users.LinkIdentityAsync(new LinkIdentityRequest { Name = $"users/{id}", Subject = "s-1" });
        var caller = await Of<IdentityLinks>(portal.Host).ResolveAsync(
            new VerifiedToken(issuer, "s-1", VerifiedEmail: null), default, CancellationToken.None);
        Assert.Null(await AskAsync(portal.Host, caller));

        await users.UnlinkIdentityAsync(new UnlinkIdentityRequest { Name = $"users/{id}" });

        Assert.Equal(FailureReason.Unauthenticated, await AskAsync(portal.Host, caller));
    }

    private static T Of<T>(EntitlementHost host)
        where T : notnull => host.Services.GetRequiredService<T>();

    private static SecretToken Read(string text)
    {
        Assert.True(SecretToken.TryParse(text, out var token));
        return token;
    }

    /// <returns>Why there is no answer; null where there is one.</returns>
    private static async Task<FailureReason?> AskAsync(EntitlementHost host, Caller caller)
    {
        var question = new TargetQuestion(AccessDecider.PrincipalOf(caller), AccessTarget.System);
        try
        {
            await Of<CallerQuestions>(host).AskAsync<TargetQuestion, AccessView>(caller, question, default, CancellationToken.None);
            return null;
        }
        catch (EntitlementException refusal)
        {
            return refusal.Reason;
        }
    }
}
