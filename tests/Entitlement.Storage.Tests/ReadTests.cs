using System.Data.Common;
using Entitlement.Domain.Licenses;
using Entitlement.Storage.Queries;
using Entitlement.Testing;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;

namespace Entitlement.Storage.Tests;

/// <summary><see cref="StorageEngine.ReadAsync"/>: on SQLite its connections and statements live on from call to call.</summary>
public class ReadTests
{
    public static IEnumerable<object[]> All => Databases.All;

    [Theory]
    [MemberData(nameof(All))]
    public async Task Sees_each_time_what_was_committed_until_then(DatabaseKind kind)
    {
        await using var database = await TestDatabase.CreateAsync(kind);
        var license = await database.Writer.AddLicenseAsync(4);

        for (var held = 0; held <= 3; held++)
        {
            Assert.Equal(held, (await FindAsync(database, license.Slc))!.License.MachinesHeld);
            await database.Writer.RunAsync(
                (db, token) => db.Licenses.Where(row => row.Id == license.Id)
                    .ExecuteUpdateAsync(set => set.SetProperty(row => row.MachinesHeld, held + 1), token),
                CancellationToken.None);
        }
    }

    [Theory]
    [MemberData(nameof(All))]
    public async Task Tells_each_of_many_callers_at_once_what_it_asked_for(DatabaseKind kind)
    {
        await using var database = await TestDatabase.CreateAsync(kind);
        var licenses = new List<License>();
        for (var i = 0; i < 4; i++)
        {
            licenses.Add(await database.Writer.AddLicenseAsync(i + 1, new FeatureTerms($"f{i}", FeatureCount.License, 1)));
        }

        await Parallel.ForEachAsync(Enumerable.Range(0, 200), async (call, _) =>
        {
            var license = licenses[call % licenses.Count];
            var (found, features) = await database.Engine.ReadAsync(
                async (db, token) =>
                {
                    var found = await db.FindLicenseAsync(license.Slc, token);
                    await Task.Yield();
                    return (found, await db.ListFeaturesAsync(license.AccountId, license.Id, token));
                },
                CancellationToken.None);

            Assert.Equal(license.Id, found!.License.Id);
            Assert.Equal($"f{call % licenses.Count}", Assert.Single(features).Code);
        });
    }

    // The other databases give one result at a time on a connection.
    [Fact]
    public async Task Runs_a_query_inside_the_same_query_on_SQLite()
    {
        await using var database = await TestDatabase.CreateAsync(DatabaseKind.Sqlite);
        var license = await database.Writer.AddLicenseAsync(1);
        await database.Writer.AddLicenseAsync(2);

        var seen = await database.Engine.ReadAsync(
            async (db, token) =>
            {
                var seen = new List<int>();
                var limits = db.Licenses.Select(row => row.MachineLimit).OrderBy(limit => limit);
                await foreach (var outer in limits.AsAsyncEnumerable().WithCancellation(token))
                {
                    seen.AddRange((await limits.ToListAsync(token)).Select(inner => (outer * 10) + inner));
                }

                return seen;
            },
            CancellationToken.None);

        Assert.Equal([11, 12, 21, 22], seen);
        Assert.Equal(1, (await FindAsync(database, license.Slc))!.License.MachineLimit);
    }

    [Theory]
    [MemberData(nameof(All))]
    public async Task Goes_on_after_readers_that_failed_or_left_half_way(DatabaseKind kind)
    {
        await using var database = await TestDatabase.CreateAsync(kind);
        var license = await database.Writer.AddLicenseAsync(1);
        await database.Writer.AddLicenseAsync(2);
        using var left = new CancellationTokenSource();

        await Assert.ThrowsAnyAsync<DbException>(() => database.Engine.ReadAsync(
            (db, token) => db.Database.SqlQuery<int>($"SELECT 1 AS \"Value\" FROM \"Nowhere\"").ToListAsync(token),
            CancellationToken.None));
        await Assert.ThrowsAsync<InvalidOperationException>(() => database.Engine.ReadAsync<int>(
            async (db, token) =>
            {
                await foreach (var row in db.Licenses.AsAsyncEnumerable().WithCancellation(token))
                {
                    throw new InvalidOperationException($"{row.Id}");
                }

                return 0;
            },
            CancellationToken.None));
        await left.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => database.Engine.ReadAsync(
            (db, token) => db.FindLicenseAsync(license.Slc, token), left.Token));

        Assert.Equal(license.Id, (await FindAsync(database, license.Slc))!.License.Id);
        await database.Writer.AddAsync(Samples.Activate(license, Samples.Machine(1)));
        Assert.NotNull(await database.Engine.ReadAsync(
            (db, token) => db.FindActivationAsync(license.AccountId, license.Id, Samples.Thumbprint(1), token),
            CancellationToken.None));
    }

    [Fact]
    public async Task Reads_a_table_that_was_changed_after_its_statements_were_compiled()
    {
        await using var database = await TestDatabase.CreateAsync(DatabaseKind.Sqlite);
        var license = await database.Writer.AddLicenseAsync(1);
        await FindAsync(database, license.Slc);

        await using (var connection = new SqliteConnection(database.ConnectionString))
        {
            await connection.OpenAsync();
            await using var command = connection.CreateCommand();
            command.CommandText = "ALTER TABLE \"Licenses\" ADD COLUMN \"New\" INTEGER";
            await command.ExecuteNonQueryAsync();
        }

        Assert.Equal(license.Id, (await FindAsync(database, license.Slc))!.License.Id);
    }

    [Fact]
    public async Task Leaves_nothing_but_the_file_itself_when_it_ends()
    {
        var database = await TestDatabase.CreateAsync(DatabaseKind.Sqlite);
        var license = await database.Writer.AddLicenseAsync(1);
        await FindAsync(database, license.Slc);
        Assert.True(File.Exists(database.File + "-wal"));

        await ((IAsyncDisposable)database.Engine).DisposeAsync();
        SqliteConnection.ClearPool((SqliteConnection)database.Engine.Connect());

        Assert.False(File.Exists(database.File + "-wal"));
        await database.DisposeAsync();
    }

    private static Task<LicenseOfCode?> FindAsync(TestDatabase database, Slc slc) =>
        database.Engine.ReadAsync((db, token) => db.FindLicenseAsync(slc, token), CancellationToken.None);
}
