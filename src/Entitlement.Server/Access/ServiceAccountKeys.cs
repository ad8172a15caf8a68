using Entitlement.Domain.Access;
using Entitlement.Storage;
using Microsoft.EntityFrameworkCore;

namespace Entitlement.Server.Access;

/// <summary>Looks API keys up as they stand in the database at this moment.</summary>
internal sealed class ServiceAccountKeys(IDbContextFactory<EntitlementDbContext> contexts)
{
    /// <summary>Whether anybody administers the system, so that the bootstrap key has ended.</summary>
    public async Task<bool> AnyAdministratorAsync(CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        return await db.RoleAssignments.AnyAsync(
                one => one.ScopeId == Guid.Empty && one.RoleId == Role.SystemAdministrator && one.SubjectId != Group.Administrators,
                cancellationToken)
            || await db.GroupMembers.AnyAsync(member => member.GroupId == Group.Administrators, cancellationToken);
    }

    /// <returns>Null when there is no such key.</returns>
    public async Task<FoundKey?> FindAsync(Guid id, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        return await db.ServiceAccountKeys
            .Where(key => key.Id == id)
            .Join(
                db.ServiceAccounts,
                key => key.ServiceAccountId,
                account => account.Id,
                (key, account) => new FoundKey(key, account.IsEnabled))
            .SingleOrDefaultAsync(cancellationToken);
    }
}

/// <summary>An API key with what its account says of it.</summary>
/// <param name="Key">The key.</param>
/// <param name="IsEnabled">Whether its service account may call at all.</param>
internal sealed record FoundKey(ServiceAccountKey Key, bool IsEnabled);
