using Entitlement.Domain.Access;
using Entitlement.Server.Access;
using Entitlement.Storage.Access;
using Entitlement.Storage.Writing;
using Entitlement.Testing;
using Grpc.Net.Client;
using Microsoft.Extensions.DependencyInjection;

namespace Entitlement.Server.Tests;

/// <summary>Callers with certain roles, written straight into the database, for stories that are not about making them.</summary>
internal static class Principals
{
    /// <summary>A service account of the system that holds roles.</summary>
    /// <param name="host">The server.</param>
    /// <param name="roles">Each with the resource name on which it is held; empty for the system.</param>
    /// <returns>Its id and an API key.</returns>
    public static async Task<(Guid Id, string Key)> PrincipalAsync(this EntitlementHost host, params (string Role, string Scope)[] roles)
    {
        var now = DateTimeOffset.UnixEpoch.AddYears(50);
        var account = ServiceAccount.Create(account: null, "tests", now);
        var secret = SecretToken.NewSecret();
        var key = ServiceAccountKey.Create(account.Id, secret, expireTime: null, now);
        await host.Services.GetRequiredService<Writer>().RunAsync(
            (db, token) =>
            {
                db.AddRange(account, key);
                List<(AccessThing, Guid)> touched = [(AccessThing.Principal, account.Id)];
                foreach (var (role, scope) in roles)
                {
                    Assert.True(ResourcePath.TryParse(scope, out var path));
                    var row = RoleAssignment.Create(
                        PrincipalKind.ServiceAccount, account.Id, role, path, expireTime: null, now);
                    db.Add(row);
                    touched.Add(row.TouchedThing());
                }

                return db.RaiseAsync(touched, token);
            },
            CancellationToken.None);
        return (account.Id, SecretToken.Create(TokenKind.ApiKey, key.Id, secret).Reveal());
    }

    /// <summary>A channel of such a service account.</summary>
    public static async Task<GrpcChannel> ConnectAsAsync(this EntitlementHost host, params (string Role, string Scope)[] roles) =>
        host.Connect((await host.PrincipalAsync(roles)).Key);
}
