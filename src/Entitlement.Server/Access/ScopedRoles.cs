using Entitlement.Domain.Access;
using Entitlement.Server.Idempotency;
using Entitlement.Storage.Access;
using Microsoft.EntityFrameworkCore;

namespace Entitlement.Server.Access;

/// <summary>Roles by what they are held on.</summary>
internal static class ScopedRoles
{
    /// <summary>Those that stand on a scope or on something that lies in it; those of child accounts are not among them.</summary>
    public static IQueryable<RoleAssignment> OnOrIn(this IQueryable<RoleAssignment> roles, ResourcePath scope)
    {
        var (id, account, inside) = (scope.Scope.Id, scope.AccountId, $"{scope.ScopeName}/");
        return scope.Scope.Kind switch
        {
            ScopeKind.Account => roles.Where(one => one.AccountId == id),
            ScopeKind.Project or ScopeKind.Wave => roles.Where(
                one => one.AccountId == account && (one.ScopeId == id || one.ScopeName.StartsWith(inside))),
            _ => roles.Where(one => one.ScopeId == id),
        };
    }

    /// <summary>
    /// Ends the roles that stand on a thing that goes, and in it, and locks access so that none is given meanwhile. Who may have
    /// the thing go may end them: nobody gains by it.
    /// </summary>
    /// <returns>How many they were.</returns>
    public static async Task<int> EndRolesAsync(this Change change, ResourcePath scope, CancellationToken cancellationToken)
    {
        await change.Db.LockAccessAsync(cancellationToken);
        var held = await change.Db.RoleAssignments.OnOrIn(scope).ToListAsync(cancellationToken);
        change.Db.RoleAssignments.RemoveRange(held);
        held.ForEach(change.Touch);
        return held.Count;
    }
}
