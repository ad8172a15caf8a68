using Entitlement.Domain.Access;
using Entitlement.Domain.Errors;
using Entitlement.Domain.Names;
using Entitlement.Server.Idempotency;
using Entitlement.Storage;
using Entitlement.Storage.Access;
using Microsoft.EntityFrameworkCore;

namespace Entitlement.Server.Access;

/// <summary>Who administers the system, so that the last one can't go, whatever way it is tried.</summary>
internal static class SystemAdministrators
{
    private static readonly string[] Roles = [.. BuiltInRoles.All.Where(role => role.AdministersSystem).Select(role => role.Id)];

    /// <summary>Whether it holds such a role itself or through a group; of a group, whether the group does.</summary>
    public static Task<bool> AdministersAsync(
        this EntitlementDbContext db, Guid subject, DateTimeOffset now, CancellationToken cancellationToken) =>
        Holders(db, now).ContainsAsync(subject, cancellationToken);

    /// <summary>
    /// Called after a change that took the administration of the system from somebody. Changes of access wait from here to the
    /// commit: of two that each leave one administrator, both together would leave none.
    /// </summary>
    /// <param name="change">What was changed in it is saved.</param>
    /// <param name="losing">From whom it was taken.</param>
    /// <param name="cancellationToken">Stops before the next statement.</param>
    /// <exception cref="EntitlementException">
    /// <see cref="FailureReason.DefaultAdministrator"/>: one of them is to keep it;
    /// <see cref="FailureReason.LastAdministrator"/>: nobody is left who can call.
    /// </exception>
    public static async Task RequireAdministratorsAsync(
        this Change change, IReadOnlyCollection<Guid> losing, CancellationToken cancellationToken)
    {
        var db = change.Db;
        await db.LockAccessAsync(cancellationToken);
        await db.SaveChangesAsync(cancellationToken);
        var holders = Holders(db, change.Now);
        var bare = await db.Users
            .Where(user => losing.Contains(user.Id) && user.IsDefaultAdministrator && !holders.Contains(user.Id))
            .Select(user => user.Id)
            .FirstOrDefaultAsync(cancellationToken);
        if (bare != Guid.Empty)
        {
            throw Refusal.DefaultAdministrator(new UserName(bare));
        }

        if (!await AnyCanCallAsync(db, holders, change.Now, cancellationToken))
        {
            throw Refusal.LastAdministrator();
        }
    }

    private static async Task<bool> AnyCanCallAsync(
        EntitlementDbContext db, IQueryable<Guid> holders, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var usable = db.ServiceAccountKeys
            .Where(key => key.RevokeTime == null && (key.ExpireTime == null || key.ExpireTime > now))
            .Select(key => key.ServiceAccountId);
        return await db.Users.AnyAsync(user => user.IsEnabled && holders.Contains(user.Id), cancellationToken)
            || await db.ServiceAccounts.AnyAsync(
                account => account.IsEnabled && holders.Contains(account.Id) && usable.Contains(account.Id), cancellationToken);
    }

    /// <summary>Principals and groups.</summary>
    private static IQueryable<Guid> Holders(EntitlementDbContext db, DateTimeOffset now)
    {
        var subjects = db.RoleAssignments
            .Where(row => row.ScopeId == Guid.Empty
                && Roles.Contains(row.RoleId)
                && (row.ExpireTime == null || row.ExpireTime > now))
            .Select(row => row.SubjectId);
        return subjects.Union(db.GroupMembers
            .Where(member => subjects.Contains(member.GroupId))
            .Select(member => member.PrincipalId));
    }
}
