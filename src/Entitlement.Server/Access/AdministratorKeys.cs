using Entitlement.Domain.Access;
using Entitlement.Storage;
using Microsoft.EntityFrameworkCore;

namespace Entitlement.Server.Access;

/// <summary>Looks administrators up as they stand in the database at this moment.</summary>
internal sealed class AdministratorKeys(IDbContextFactory<EntitlementDbContext> contexts)
{
    public async Task<bool> AnyAsync(CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        return await db.Administrators.AnyAsync(cancellationToken);
    }

    public async Task<Administrator?> FindAsync(Guid id, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        return await db.Administrators.AsNoTracking().SingleOrDefaultAsync(one => one.Id == id, cancellationToken);
    }
}
