using Entitlement.Storage;
using Entitlement.Storage.Sqlite;
using Entitlement.Storage.SqlServer;
using Entitlement.Storage.Writing;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace Entitlement.Testing;

/// <summary>
/// A real database of one test's own: a SQLite file in a new folder, or the one SQL Server database, emptied before and
/// held until disposal.
/// </summary>
internal sealed class TestDatabase : IAsyncDisposable
{
    private static readonly SemaphoreSlim OneAtATime = new(1);

    private readonly ServiceProvider _services;

    private TestDatabase(DatabaseKind kind, int maxQueuedWrites)
    {
        Kind = kind;
        Directory = System.IO.Directory.CreateTempSubdirectory("entitlement-test-").FullName;
        var services = new ServiceCollection().AddLogging();
        switch (kind)
        {
            case DatabaseKind.Sqlite:
                ConnectionString = SqliteStorage.ConnectionStringOf(File);
                services.AddSqliteStorage(ConnectionString, maxQueuedWrites);
                break;
            case DatabaseKind.SqlServer:
                ConnectionString = Databases.SqlServer!;
                services.AddSqlServerStorage(ConnectionString, Databases.MaxBatchSize);
                break;
        }

        _services = services.BuildServiceProvider();
    }

    public DatabaseKind Kind { get; }

    /// <summary>An empty folder but for the SQLite file.</summary>
    public string Directory { get; }

    /// <summary>The SQLite file.</summary>
    public string File => Path.Combine(Directory, "entitlement.db");

    public string ConnectionString { get; } = "";

    public StorageSetup Setup => _services.GetRequiredService<StorageSetup>();

    public StorageEngine Engine => _services.GetRequiredService<StorageEngine>();

    public Writer Writer => _services.GetRequiredService<Writer>();

    /// <param name="kind">Which database.</param>
    /// <param name="migrate">Whether it has the schema; else it is empty.</param>
    /// <param name="maxQueuedWrites">On SQLite: how many writes may wait.</param>
    public static async Task<TestDatabase> CreateAsync(
        DatabaseKind kind, bool migrate = true, int maxQueuedWrites = SqliteStorage.DefaultMaxQueuedWrites)
    {
        if (kind == DatabaseKind.SqlServer)
        {
            await OneAtATime.WaitAsync();
        }

        var database = new TestDatabase(kind, maxQueuedWrites);
        if (kind == DatabaseKind.SqlServer)
        {
            await database.DropTablesAsync();
        }

        if (migrate)
        {
            await database.Setup.MigrateAsync(CancellationToken.None);
        }

        return database;
    }

    public IDbContextFactory<EntitlementDbContext> Contexts => _services.GetRequiredService<IDbContextFactory<EntitlementDbContext>>();

    /// <summary>A context that reads, as a service method gets it.</summary>
    public EntitlementDbContext CreateContext() => Contexts.CreateDbContext();

    public async ValueTask DisposeAsync()
    {
        await _services.DisposeAsync();
        if (Kind == DatabaseKind.SqlServer)
        {
            OneAtATime.Release();
        }
        else
        {
            SqliteConnection.ClearAllPools();
        }

        System.IO.Directory.Delete(Directory, recursive: true);
    }

    private async Task DropTablesAsync()
    {
        await using var db = CreateContext();
        var tables = db.Model.GetEntityTypes()
            .OrderByDescending(Depth)
            .Select(entity => entity.GetTableName()!)
            .Append("__EFMigrationsHistory");
        foreach (var table in tables)
        {
            // A name of our own model, not a value.
#pragma warning disable EF1003
            await db.Database.ExecuteSqlRawAsync("DROP TABLE IF EXISTS [" + table + "]");
#pragma warning restore EF1003
        }

        static int Depth(Microsoft.EntityFrameworkCore.Metadata.IEntityType entity) => entity.GetForeignKeys()
            .Select(key => Depth(key.PrincipalEntityType) + 1)
            .DefaultIfEmpty()
            .Max();
    }
}
