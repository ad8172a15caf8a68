using Entitlement.Server.SignIn;
using Entitlement.Testing;
using Entitlement.V1;
using Grpc.Core;
using Microsoft.Extensions.DependencyInjection;

namespace Entitlement.Server.Tests.SignIn;

public class FloodTests
{
    [Fact]
    public async Task A_flood_of_wrong_passwords_keeps_neither_the_person_nor_other_calls_waiting()
    {
        await using var portal = await Portal.OpenAsync(("SignIn:MaxHashes", "1"));
        var id = await portal.AddWithPasswordAsync();
        await portal.SignInAsync(from: "192.0.2.1");
        var queue = portal.Host.Services.GetRequiredService<HashQueue>();
        using var stop = new CancellationTokenSource();
        var flood = Enumerable.Range(0, 150).Select(i => FailAsync(portal, i, stop.Token)).ToList();

        var other = await new KeyService.KeyServiceClient(portal.Host.Anonymous).GetJwksAsync(new GetJwksRequest());
        var token = (await portal.SignInAsync(from: "192.0.2.1")).Token;

        // Neither waited for the flood to be over.
        Assert.Contains(flood, attempt => !attempt.IsCompleted);
        await stop.CancelAsync();
        var reasons = await Task.WhenAll(flood);
        Assert.NotEmpty(other.Jwks);
        Assert.Equal($"users/{id}", await portal.WhoAsync(token));
        Assert.All(reasons, reason => Assert.True(reason is "SIGN_IN_FAILED" or "TOO_BUSY" or "Cancelled", reason));
        Assert.Contains("TOO_BUSY", reasons);

        // One for strangers, and one for places where a person was before.
        Assert.InRange(queue.Peak, 1, 2);
    }

    [Fact]
    public async Task One_address_fills_nobody_elses_place_in_the_queue()
    {
        await using var portal = await Portal.OpenAsync(("SignIn:MaxHashes", "1"), ("SignIn:MaxWaitingHashesPerAddress", "4"));
        await portal.AddWithPasswordAsync();
        var flood = Enumerable.Range(0, 60)
            .Select(i => portal.SignInRefusedAsync($"{i}@example.com", "guess", from: Portal.Elsewhere))
            .ToList();

        await portal.SignInAsync(from: "198.51.100.1");

        var reasons = (await Task.WhenAll(flood)).Select(refusal => refusal.Reason()).ToList();
        Assert.Contains("TOO_BUSY", reasons);
    }

    [Fact]
    public async Task Hashes_nothing_for_an_address_that_failed_too_often()
    {
        await using var portal = await Portal.OpenAsync(("Abuse:FailuresPerAddress", "3"));
        await portal.AddWithPasswordAsync();
        for (var i = 0; i < 3; i++)
        {
            Assert.Equal("SIGN_IN_FAILED", (await portal.SignInRefusedAsync($"{i}@example.com", "guess")).Reason());
        }

        var served = portal.Host.Services.GetRequiredService<HashQueue>().Served;
        var refusal = await portal.SignInRefusedAsync();

        Assert.Equal((StatusCode.ResourceExhausted, "TOO_MANY_FAILURES"), (refusal.StatusCode, refusal.Reason()));
        Assert.Equal(served, portal.Host.Services.GetRequiredService<HashQueue>().Served);
        await portal.SignInAsync(from: "198.51.100.1");
    }

    private static async Task<string> FailAsync(Portal portal, int number, CancellationToken cancellationToken)
    {
        try
        {
            var request = new SignInRequest { Email = number % 2 == 0 ? "ann@example.com" : $"{number}@example.com", Password = "guess" };
            await portal.Sessions.SignInAsync(request, Portal.From($"203.0.113.{number}"), cancellationToken: cancellationToken);
            return "signed in";
        }
        catch (RpcException refusal)
        {
            return refusal.IsByService() ? refusal.Reason() : $"{refusal.StatusCode}";
        }
    }
}
