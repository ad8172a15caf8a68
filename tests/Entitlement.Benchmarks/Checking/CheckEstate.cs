using Entitlement.Domain.Access;
using Entitlement.Server.Access;
using Entitlement.Storage;
using Entitlement.Storage.Access;
using Entitlement.Storage.Writing;
using Entitlement.Testing;
using Entitlement.V1;
using Microsoft.Extensions.DependencyInjection;
using AccessClient = Entitlement.V1.AccessService.AccessServiceClient;
using RoleAssignment = Entitlement.Domain.Access.RoleAssignment;
using ServiceAccount = Entitlement.Domain.Access.ServiceAccount;
using ServiceAccountKey = Entitlement.Domain.Access.ServiceAccountKey;

namespace Entitlement.Benchmarks.Checking;

/// <summary>A vendor with many customers below, and a portal that may read all of them because of a role on the vendor.</summary>
internal static class CheckEstate
{
    private const int AtOnce = 16;

    /// <returns>The names of the customers, and the portal's API key.</returns>
    public static async Task<(string[] Accounts, string Key)> CreateAsync(EntitlementHost host, int count)
    {
        var client = new AccountService.AccountServiceClient(host.Administrator);
        var vendor = (await client.CreateAccountAsync(new() { Account = new() { DisplayName = "Vendor" } })).Account.Name;
        var accounts = new string[count];
        await Parallel.ForAsync(0, count, new ParallelOptions { MaxDegreeOfParallelism = AtOnce }, async (i, token) =>
        {
            var request = new CreateAccountRequest { Account = new() { DisplayName = $"Customer {i}" }, Parent = vendor };
            accounts[i] = (await client.CreateAccountAsync(request, cancellationToken: token)).Account.Name;
        });
        return (accounts, await CreatePortalAsync(host, vendor));
    }

    /// <summary>The same key is taken over a few connections, as replicas of a portal do.</summary>
    public static AccessClient[] Connect(EntitlementHost host, string key, int channels) =>
        [.. Enumerable.Range(0, channels).Select(_ => new AccessClient(host.Connect(key)))];

    private static async Task<string> CreatePortalAsync(EntitlementHost host, string vendor)
    {
        var now = TimeProvider.System.GetUtcNow().ToWholeMilliseconds();
        var portal = ServiceAccount.Create(account: null, "portal", now);
        var secret = SecretToken.NewSecret();
        var key = ServiceAccountKey.Create(portal.Id, secret, expireTime: null, now);
        if (!ResourcePath.TryParse(vendor, out var scope))
        {
            throw new InvalidOperationException($"{vendor} is no account.");
        }

        await host.Services.GetRequiredService<Writer>().RunAsync(
            (db, token) =>
            {
                db.AddRange(portal, key);
                db.Add(RoleAssignment.Create(PrincipalKind.ServiceAccount, portal.Id, "administrator", scope, expireTime: null, now));
                return db.RaiseAsync(
                    [(AccessThing.Principal, portal.Id), (AccessThing.Account, scope.Scopes[0].Id)], token);
            },
            CancellationToken.None);
        return SecretToken.Create(TokenKind.ApiKey, key.Id, secret).Reveal();
    }
}
