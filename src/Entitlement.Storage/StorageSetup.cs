using Microsoft.EntityFrameworkCore;

namespace Entitlement.Storage;

/// <summary>
/// What is done to the database as a whole: bring it up to date, see whether it is, see whether it answers.
/// </summary>
public sealed class StorageSetup(IDbContextFactory<EntitlementDbContext> contexts, StorageEngine engine)
{
    /// <summary>Brings the schema up to date. The database itself must exist, but for SQLite.</summary>
    public async Task MigrateAsync(CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        await engine.PrepareMigrationAsync(db, cancellationToken);
        await db.Database.MigrateAsync(cancellationToken);
    }

    /// <summary>Whether <see cref="MigrateAsync"/> has something to do.</summary>
    public async Task<bool> HasPendingMigrationsAsync(CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        return (await db.Database.GetPendingMigrationsAsync(cancellationToken)).Any();
    }

    /// <summary>Asks the database for the least that proves that it answers. Throws what a query would throw.</summary>
    public async Task PingAsync(CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        await db.Administrators.AnyAsync(cancellationToken);
    }
}
