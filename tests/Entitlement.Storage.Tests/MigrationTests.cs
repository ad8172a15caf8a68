using Entitlement.Storage.Queries;
using Entitlement.Testing;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace Entitlement.Storage.Tests;

public class MigrationTests
{
    public static IEnumerable<object[]> All => Databases.All;

    [Theory]
    [MemberData(nameof(All))]
    public async Task Brings_an_empty_database_up_to_date_and_is_done_then(DatabaseKind kind)
    {
        await using var database = await TestDatabase.CreateAsync(kind, migrate: false);

        await database.Setup.MigrateAsync(CancellationToken.None);

        Assert.False(await database.Setup.HasPendingMigrationsAsync(CancellationToken.None));
        await database.Setup.PingAsync(CancellationToken.None);
    }

    [Theory]
    [MemberData(nameof(All))]
    public async Task Keeps_the_data_when_it_is_run_again(DatabaseKind kind)
    {
        await using var database = await TestDatabase.CreateAsync(kind);
        await database.Writer.AddLicenseAsync();

        await database.Setup.MigrateAsync(CancellationToken.None);

        Assert.Single(await database.QueryAsync("""SELECT "Id" FROM "Licenses" """));
    }

    /// <summary>Also one that a server of before writes while the new one runs beside it.</summary>
    [Theory]
    [MemberData(nameof(All))]
    public async Task Leaves_the_audit_records_of_before_for_the_first_blocks(DatabaseKind kind)
    {
        await using var database = await TestDatabase.CreateAsync(kind, migrate: false);
        if (kind == DatabaseKind.Sqlite)
        {
            await File.WriteAllBytesAsync(database.File, []);
        }

        await MigrateToAsync("IssuingStops");
        await InsertAsync();
        await MigrateToAsync("SealedAudit");
        await InsertAsync();

        await using var db = database.CreateContext();
        Assert.Equal(2, (await db.ListUnsealedAsync(count: 10, CancellationToken.None)).Count);

        async Task MigrateToAsync(string migration)
        {
            await using var context = database.CreateContext();
            await context.GetService<IMigrator>().MigrateAsync(migration);
        }

        async Task InsertAsync()
        {
            await using var connection = database.Engine.Connect();
            await connection.OpenAsync();
            await using var command = connection.CreateCommand();
            command.CommandText =
                "INSERT INTO \"AuditRecords\" (\"AccountId\", \"Id\", \"Time\", \"Actor\", \"Action\", \"Resource\", \"Details\") "
                + "VALUES (@account, @id, 1, 'operator', 'test', 'tests/1', '{}')";
            foreach (var (name, id) in new[] { ("@account", Guid.Empty), ("@id", Guid.CreateVersion7()) })
            {
                var parameter = command.CreateParameter();
                parameter.ParameterName = name;
                parameter.Value = kind == DatabaseKind.PostgreSql ? id : id.ToByteArray(bigEndian: true);
                command.Parameters.Add(parameter);
            }

            await command.ExecuteNonQueryAsync();
        }
    }

    [Fact]
    public async Task Says_that_an_empty_database_must_be_migrated()
    {
        await using var database = await TestDatabase.CreateAsync(DatabaseKind.Sqlite, migrate: false);
        await File.WriteAllBytesAsync(database.File, []);

        Assert.True(await database.Setup.HasPendingMigrationsAsync(CancellationToken.None));
    }

    [Fact]
    public async Task Goes_on_after_a_process_was_killed_while_it_migrated()
    {
        await using var database = await TestDatabase.CreateAsync(DatabaseKind.Sqlite, migrate: false);
        await File.WriteAllBytesAsync(database.File, []);
        await database.ExecuteAsync(
            "CREATE TABLE __EFMigrationsLock (Id INTEGER NOT NULL PRIMARY KEY, Timestamp TEXT NOT NULL);"
            + "INSERT INTO __EFMigrationsLock VALUES (1, '2026-01-01 00:00:00')");

        await database.Setup.MigrateAsync(CancellationToken.None).WaitAsync(TimeSpan.FromSeconds(30));

        Assert.False(await database.Setup.HasPendingMigrationsAsync(CancellationToken.None));
    }
}
