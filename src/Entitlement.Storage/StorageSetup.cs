using System.Data.Common;
using System.Reflection;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace Entitlement.Storage;

/// <summary>What is done to the database as a whole: bring it up to date, see whether it is, see whether it answers.</summary>
/// <remarks>
/// The usual answers come by plain ADO.NET. EF Core would build its model for them, and for a migration compare two; that is
/// most of what a start takes.
/// </remarks>
public sealed class StorageSetup(IDbContextFactory<EntitlementDbContext> contexts, StorageEngine engine)
{
    private const string AppliedMigrations = "SELECT \"MigrationId\" FROM \"__EFMigrationsHistory\"";

    /// <summary>Brings the schema up to date. The database itself must exist, but for SQLite.</summary>
    public async Task MigrateAsync(CancellationToken cancellationToken)
    {
        if (await IsUpToDateAsync(cancellationToken))
        {
            return;
        }

        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        await engine.PrepareMigrationAsync(db, cancellationToken);
        await db.Database.MigrateAsync(cancellationToken);
    }

    /// <summary>Whether <see cref="MigrateAsync"/> has something to do.</summary>
    public async Task<bool> HasPendingMigrationsAsync(CancellationToken cancellationToken)
    {
        if (await IsUpToDateAsync(cancellationToken))
        {
            return false;
        }

        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        return (await db.Database.GetPendingMigrationsAsync(cancellationToken)).Any();
    }

    /// <summary>Asks the database for the least that proves that it answers. Throws what a query would throw.</summary>
    public async Task PingAsync(CancellationToken cancellationToken) => await ReadAppliedAsync(cancellationToken);

    /// <summary>Builds EF Core's model, so that the first caller need not wait for it. Asks no database.</summary>
    public Task BuildModelAsync() => Task.Run(async () =>
    {
        await using var db = await contexts.CreateDbContextAsync();
        _ = db.Model;
    });

    /// <returns>False also when it can't be told; then EF Core's own way finds out, or says what is wrong.</returns>
    private async Task<bool> IsUpToDateAsync(CancellationToken cancellationToken)
    {
        try
        {
            var applied = await ReadAppliedAsync(cancellationToken);
            return engine.GetType().Assembly.GetTypes()
                .Where(type => type.GetCustomAttribute<DbContextAttribute>()?.ContextType == typeof(EntitlementDbContext))
                .Select(type => type.GetCustomAttribute<MigrationAttribute>()?.Id)
                .OfType<string>()
                .All(applied.Contains);
        }
        catch (DbException)
        {
            return false;
        }
    }

    private async Task<HashSet<string>> ReadAppliedAsync(CancellationToken cancellationToken)
    {
        await using var connection = engine.Connect();
        await connection.OpenAsync(cancellationToken);
        await using var command = connection.CreateCommand();
        command.CommandText = AppliedMigrations;
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var applied = new HashSet<string>(StringComparer.Ordinal);
        while (await reader.ReadAsync(cancellationToken))
        {
            applied.Add(reader.GetString(0));
        }

        return applied;
    }
}
