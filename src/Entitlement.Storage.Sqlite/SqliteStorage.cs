using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace Entitlement.Storage.Sqlite;

/// <summary>Keeps the data in a SQLite file: the embedded default, for exactly one process.</summary>
public static class SqliteStorage
{
    /// <summary>How many writes may wait for their turn before further ones are refused.</summary>
    public const int DefaultMaxQueuedWrites = 1_024;

    /// <param name="services">Where to register it.</param>
    /// <param name="connectionString">Names the file by <c>Data Source</c>.</param>
    /// <param name="maxQueuedWrites">At least 1.</param>
    /// <exception cref="ArgumentException">The connection string is malformed, or names no file.</exception>
    public static IServiceCollection AddSqliteStorage(
        this IServiceCollection services, string connectionString, int maxQueuedWrites = DefaultMaxQueuedWrites)
    {
        var connection = Prepare(connectionString);
        var file = Path.GetFullPath(connection.DataSource);
        return services.AddEntitlementStorage(
            provider => new SqliteEngine(
                connection.ConnectionString,
                file,
                maxQueuedWrites,
                provider.GetRequiredService<IDbContextFactory<EntitlementDbContext>>(),
                provider.GetService<TimeProvider>() ?? TimeProvider.System),
            options => Configure(options, connection.ConnectionString));
    }

    /// <summary>The connection string of a database file.</summary>
    public static string ConnectionStringOf(string path) =>
        new SqliteConnectionStringBuilder { DataSource = path }.ConnectionString;

    internal static void Configure(DbContextOptionsBuilder options, string connectionString) => options
        .UseSqlite(connectionString, sqlite => sqlite.MigrationsAssembly(typeof(SqliteStorage).Assembly))
        .AddInterceptors(DurableConnections.Instance, KeptStatements.Instance);

    private static SqliteConnectionStringBuilder Prepare(string connectionString)
    {
        var connection = new SqliteConnectionStringBuilder(connectionString);
        if (string.IsNullOrEmpty(connection.DataSource)
            || connection.DataSource == ":memory:"
            || connection.Mode == SqliteOpenMode.Memory)
        {
            throw new ArgumentException(
                "A SQLite connection string must name a file by Data Source.", nameof(connectionString));
        }

        // The file is made on purpose, readable by its owner alone, and never by the way of the first query.
        connection.Mode = SqliteOpenMode.ReadWrite;
        return connection;
    }
}
