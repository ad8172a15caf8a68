using System.Diagnostics;
using Entitlement.Storage;
using Entitlement.Storage.PostgreSql;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace Entitlement.Testing;

/// <summary>
/// Debian's PostgreSQL server, started when the first test of this process asks for a database and ended by the operating
/// system with the process; see <c>postgresql-server</c>.
/// </summary>
internal sealed class PostgreSqlServer
{
    private const string Ready = "database system is ready to accept connections";
    private const string TemplateName = "migrated";

    private static readonly Task<PostgreSqlServer> Running = StartAsync();

    private readonly string _directory;

    // Held, because the server runs for as long as the input of this process is open.
    private readonly Process _process;
    private readonly Task _template;
    private int _databases;

    private PostgreSqlServer(string directory, Process process)
    {
        _directory = directory;
        _process = process;
        _template = MakeTemplateAsync();
    }

    /// <summary>Makes a database.</summary>
    /// <param name="migrate">Whether it has the schema; else it is empty.</param>
    /// <returns>Its connection string.</returns>
    public static async Task<string> CreateDatabaseAsync(bool migrate)
    {
        var server = await Running;
        var name = $"test{Interlocked.Increment(ref server._databases)}";
        if (migrate)
        {
            // A copy, because that takes a fraction of what the migrations take.
            await server._template;
            await server.ExecuteAsync($"CREATE DATABASE {name} TEMPLATE {TemplateName}");
        }
        else
        {
            await server.ExecuteAsync($"CREATE DATABASE {name}");
        }

        return server.ConnectionStringOf(name);
    }

    /// <summary>Takes away a database, whoever is still connected to it.</summary>
    public static async Task DropDatabaseAsync(string connectionString)
    {
        await using (var connection = new NpgsqlConnection(connectionString))
        {
            NpgsqlConnection.ClearPool(connection);
        }

        var name = new NpgsqlConnectionStringBuilder(connectionString).Database;
        await (await Running).ExecuteAsync($"DROP DATABASE {name} WITH (FORCE)");
    }

    private static async Task<PostgreSqlServer> StartAsync()
    {
        var directory = Directory.CreateTempSubdirectory("entitlement-postgresql-").FullName;
        var script = Path.Combine(AppContext.BaseDirectory, "postgresql-server");
        var process = Process.Start(new ProcessStartInfo("/bin/sh", [script, directory])
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        })!;

        var lines = new List<string>();
        while (await process.StandardOutput.ReadLineAsync() is { } line)
        {
            if (line.Contains(Ready, StringComparison.Ordinal))
            {
                // Read to its end, so that the server never waits for room in the pipe.
                _ = process.StandardOutput.BaseStream.CopyToAsync(Stream.Null);
                return new PostgreSqlServer(directory, process);
            }

            lines.Add(line);
        }

        throw new InvalidOperationException(string.Join('\n', lines));
    }

    private async Task MakeTemplateAsync()
    {
        await ExecuteAsync($"CREATE DATABASE {TemplateName}");

        // Without a pool: a database that somebody is connected to can't be copied.
        var connection = new NpgsqlConnectionStringBuilder(ConnectionStringOf(TemplateName)) { Pooling = false };
        await using var services = new ServiceCollection()
            .AddLogging()
            .AddPostgreSqlStorage(connection.ConnectionString)
            .BuildServiceProvider();
        await services.GetRequiredService<StorageSetup>().MigrateAsync(CancellationToken.None);
    }

    private async Task ExecuteAsync(string sql)
    {
        await using var connection = new NpgsqlConnection(ConnectionStringOf("postgres"));
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync();
    }

    private string ConnectionStringOf(string database) => new NpgsqlConnectionStringBuilder
    {
        Host = _directory,
        Username = "postgres",
        Database = database,
        MaxPoolSize = 40,

        // Hundreds of callers wait for them on a machine that has other things to do as well.
        Timeout = 60,
    }.ConnectionString;
}
