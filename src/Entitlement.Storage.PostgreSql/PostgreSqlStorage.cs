using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace Entitlement.Storage.PostgreSql;

/// <summary>Keeps the data in PostgreSQL, for any number of processes.</summary>
public static class PostgreSqlStorage
{
    /// <summary>
    /// Enough for deadlocks; a server that is down is told to the caller within seconds, who may try again.
    /// </summary>
    private const int MaxRetries = 4;

    private static readonly TimeSpan MaxRetryDelay = TimeSpan.FromSeconds(1);

    /// <param name="services">Where to register it.</param>
    /// <param name="connectionString">Names a database that exists; it may be empty.</param>
    /// <exception cref="ArgumentException">The connection string is malformed, or names no server.</exception>
    public static IServiceCollection AddPostgreSqlStorage(this IServiceCollection services, string connectionString)
    {
        if (string.IsNullOrEmpty(new NpgsqlConnectionStringBuilder(connectionString).Host))
        {
            throw new ArgumentException(
                "A PostgreSQL connection string must name a server by Host.", nameof(connectionString));
        }

        return services.AddEntitlementStorage(
            provider => new PostgreSqlEngine(
                connectionString, provider.GetRequiredService<IDbContextFactory<EntitlementDbContext>>()),
            options => Configure(options, connectionString));
    }

    internal static void Configure(DbContextOptionsBuilder options, string connectionString) =>
        options.UseNpgsql(connectionString, server =>
        {
            server.MigrationsAssembly(typeof(PostgreSqlStorage).Assembly);
            server.EnableRetryOnFailure(MaxRetries, MaxRetryDelay, errorCodesToAdd: null);
        });
}
