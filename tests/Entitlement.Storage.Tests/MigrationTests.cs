using Entitlement.Testing;

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
