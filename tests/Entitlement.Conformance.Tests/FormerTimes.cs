using Entitlement.Domain.Access;
using Entitlement.Storage.Access;
using Entitlement.Storage.Writing;
using Entitlement.Testing;
using Microsoft.Extensions.DependencyInjection;

namespace Entitlement.Conformance.Tests;

/// <summary>What no call makes any more, and stands in a database all the same.</summary>
internal static class FormerTimes
{
    /// <summary>Somebody who holds the legacy role.</summary>
    public static Task<long> LeaveNoneAsync(EntitlementHost host, Person person, string account)
    {
        Assert.True(ResourcePath.TryParse(account, out var scope));
        var id = Guid.Parse(person.Name["users/".Length..]);
        var now = TimeProvider.System.GetUtcNow();
        return host.Services.GetRequiredService<Writer>().RunAsync(
            (db, token) =>
            {
                db.Add(RoleAssignment.Create(PrincipalKind.User, id, "none", scope, expireTime: null, now));
                return db.RaiseAsync([(AccessThing.Account, scope.Scope.Id)], token);
            },
            CancellationToken.None);
    }
}
