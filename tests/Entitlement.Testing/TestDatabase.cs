using Entitlement.Storage;
using Entitlement.Storage.PostgreSql;
using Entitlement.Storage.Sqlite;
using Entitlement.Storage.SqlServer;
using Entitlement.Storage.Writing;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace Entitlement.Testing;

/// <summary>
/// A real database of one test's own: a SQLite file in a new folder, a database of the PostgreSQL server that the tests
/// run, or the one SQL Server database, emptied before and held until disposal.
/// </summary>
internal sealed class TestDatabase : IAsyncDisposable
{
    private static readonly SemaphoreSlim OneAtATime = new(1);

    private readonly ServiceProvider _services;

    private TestDatabase(DatabaseKind kind, string directory, string connectionString, int maxQueuedWrites)
    {
        Kind = kind;
        Directory = directory;
        ConnectionString = connectionString;
        var services = new ServiceCollection().AddLogging();
        _ = kind switch
        {
            DatabaseKind.Sqlite => services.AddSqliteStorage(connectionString, maxQueuedWrites),
            DatabaseKind.SqlServer => services.AddSqlServerStorage(connectionString, Databases.MaxBatchSize),
            DatabaseKind.PostgreSql => services.AddPostgreSqlStorage(connectionString),
        };
        _services = services.BuildServiceProvider();
    }

    public DatabaseKind Kind { get; }

    /// <summary>An empty folder but for the SQLite file.</summary>
    public string Directory { get; }

    /// <summary>The SQLite file.</summary>
    public string File => FileIn(Directory);

    public string ConnectionString { get; }

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

        var directory = System.IO.Directory.CreateTempSubdirectory("entitlement-test-").FullName;
        var connectionString = kind switch
        {
            DatabaseKind.Sqlite => SqliteStorage.ConnectionStringOf(FileIn(directory)),
            DatabaseKind.SqlServer => Databases.SqlServer!,
            DatabaseKind.PostgreSql => await PostgreSqlServer.CreateDatabaseAsync(migrate),
        };
        var database = new TestDatabase(kind, directory, connectionString, maxQueuedWrites);
        if (kind == DatabaseKind.SqlServer)
        {
            await database.DropTablesAsync();
        }

        if (migrate && kind == DatabaseKind.Sqlite)
        {
            await SqliteTemplate.CopyToAsync(database.File);
        }
        else if (migrate)
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
        switch (Kind)
        {
            case DatabaseKind.Sqlite:
                SqliteConnection.ClearAllPools();
                break;
            case DatabaseKind.SqlServer:
                OneAtATime.Release();
                break;
            case DatabaseKind.PostgreSql:
                await PostgreSqlServer.DropDatabaseAsync(ConnectionString);
                break;
        }

        System.IO.Directory.Delete(Directory, recursive: true);
    }

    private static string FileIn(string directory) => Path.Combine(directory, "entitlement.db");

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
