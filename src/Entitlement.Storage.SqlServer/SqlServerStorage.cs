using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace Entitlement.Storage.SqlServer;

/// <summary>Keeps the data in SQL Server, for any number of processes.</summary>
public static class SqlServerStorage
{
    /// <summary>
    /// Enough for deadlocks; a server that is down is told to the caller within seconds, who may try again.
    /// </summary>
    private const int MaxRetries = 4;

    private static readonly TimeSpan MaxRetryDelay = TimeSpan.FromSeconds(1);

    /// <param name="services">Where to register it.</param>
    /// <param name="connectionString">Names a database that exists; it may be empty.</param>
    /// <param name="maxBatchSize">
    /// How many statements go to the server in one batch; 1 avoids MERGE. Null: EF Core's own.
    /// </param>
    public static IServiceCollection AddSqlServerStorage(
        this IServiceCollection services, string connectionString, int? maxBatchSize) =>
        services.AddEntitlementStorage(
            provider => new SqlServerEngine(
                connectionString, provider.GetRequiredService<IDbContextFactory<EntitlementDbContext>>()),
            options => Configure(options, connectionString, maxBatchSize));

    internal static void Configure(DbContextOptionsBuilder options, string connectionString, int? maxBatchSize) =>
        options.UseSqlServer(connectionString, server =>
        {
            server.MigrationsAssembly(typeof(SqlServerStorage).Assembly);
            server.EnableRetryOnFailure(MaxRetries, MaxRetryDelay, errorNumbersToAdd: null);
            if (maxBatchSize is { } size)
            {
                server.MaxBatchSize(size);
            }
        });
}
