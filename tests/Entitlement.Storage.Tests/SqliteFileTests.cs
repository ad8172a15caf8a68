using Entitlement.Domain.Accounts;
using Entitlement.Storage.Sqlite;
using Entitlement.Testing;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace Entitlement.Storage.Tests;

public class SqliteFileTests
{
    [Theory]
    [InlineData("journal_mode", "wal")]
    [InlineData("synchronous", "2")]
    [InlineData("foreign_keys", "1")]
    [InlineData("busy_timeout", "5000")]
    public async Task Has_on_every_connection_what_makes_it_durable(string pragma, string expected)
    {
        await using var database = await TestDatabase.CreateAsync(DatabaseKind.Sqlite);

        // Several at once, so that some are new and not from the pool.
        var contexts = Enumerable.Range(0, 4).Select(_ => database.CreateContext()).ToList();
        foreach (var db in contexts)
        {
            await db.Database.OpenConnectionAsync();
        }

        var values = contexts.Select(db => Read(db, pragma)).ToList();
        var written =
            await database.Writer.RunAsync((db, _) => Task.FromResult(Read(db, pragma)), CancellationToken.None);
        contexts.ForEach(db => db.Dispose());

        Assert.All(values.Append(written), value => Assert.Equal(expected, value));
        Assert.Contains(await database.QueryAsync($"PRAGMA {pragma}"), value => $"{value}" == expected);
    }

    [Fact]
    public async Task Has_it_on_a_connection_that_is_opened_without_waiting_too()
    {
        await using var database = await TestDatabase.CreateAsync(DatabaseKind.Sqlite);
        using var db = database.CreateContext();

        // The other path through the driver, which a synchronous query takes.
#pragma warning disable CA1849, VSTHRD103, MA0042
        db.Database.OpenConnection();
#pragma warning restore CA1849, VSTHRD103, MA0042

        Assert.Equal("2", Read(db, "synchronous"));
    }

    [Fact]
    public async Task Reads_beside_a_writer_and_does_not_see_its_half_done_work()
    {
        await using var database = await TestDatabase.CreateAsync(DatabaseKind.Sqlite);

        var seen = await database.Writer.RunAsync(
            async (db, token) =>
            {
                db.Add(Account.Open(new NewAccount { DisplayName = "Acme" }, Samples.Now));
                await db.SaveChangesAsync(token);
                await using var reader = database.CreateContext();
                return await reader.Accounts.CountAsync(token);
            },
            CancellationToken.None);

        await using var after = database.CreateContext();
        Assert.Equal((0, 1), (seen, await after.Accounts.CountAsync()));
    }

    [Fact]
    public async Task Holds_the_write_lock_from_the_start_of_a_transaction()
    {
        await using var database = await TestDatabase.CreateAsync(DatabaseKind.Sqlite);
        await using var other = new SqliteConnection($"{database.ConnectionString};Default Timeout=1");
        await other.OpenAsync();

        var refusal = await database.Writer.RunAsync(
            async (_, token) =>
            {
                await using var command = other.CreateCommand();
                command.CommandText = "BEGIN IMMEDIATE";
                return await Assert.ThrowsAsync<SqliteException>(() => command.ExecuteNonQueryAsync(token));
            },
            CancellationToken.None);

        Assert.Equal(StorageFault.Busy, database.Engine.Classify(refusal));
    }

    [Fact]
    public async Task Is_readable_by_its_owner_alone()
    {
        await using var database = await TestDatabase.CreateAsync(DatabaseKind.Sqlite);
        await using var db = database.CreateContext();
        await db.Database.OpenConnectionAsync();

        var files = Directory.GetFiles(database.Directory);
        Assert.Equal(3, files.Length);
        foreach (var file in files)
        {
            // On Windows it takes over the rights of its folder.
            Assert.True(
                OperatingSystem.IsWindows()
                || File.GetUnixFileMode(file) == (UnixFileMode.UserRead | UnixFileMode.UserWrite),
                file);
        }
    }

    [Fact]
    public async Task Is_not_made_by_a_query()
    {
        await using var database = await TestDatabase.CreateAsync(DatabaseKind.Sqlite, migrate: false);

        var refusal = await Assert.ThrowsAsync<SqliteException>(() => database.Setup.PingAsync(CancellationToken.None));

        Assert.Equal(StorageFault.Unreachable, database.Engine.Classify(refusal));
        Assert.False(File.Exists(database.File));
    }

    [Theory]
    [InlineData("")]
    [InlineData("Data Source=:memory:")]
    [InlineData("Data Source=shared;Mode=Memory")]
    [InlineData("Datei=x")]
    public void Must_be_named_by_the_connection_string(string connectionString) =>
        Assert.Throws<ArgumentException>(() => new ServiceCollection().AddSqliteStorage(connectionString));

    private static string? Read(EntitlementDbContext db, string pragma)
    {
        using var command = db.Database.GetDbConnection().CreateCommand();
        command.CommandText = $"PRAGMA {pragma}";
        return command.ExecuteScalar()?.ToString();
    }
}
