using Entitlement.Domain.Accounts;
using Entitlement.Domain.Products;
using Entitlement.Testing;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace Entitlement.Storage.Tests;

/// <summary>What only PostgreSQL does: writers side by side, deadlocks, a server that ends connections.</summary>
public class PostgreSqlTests
{
    private const string EndOwnConnection = "SELECT pg_terminate_backend(pg_backend_pid())";

    [Theory]
    [InlineData("23505", StorageFault.UniqueViolation)]
    [InlineData("23502", StorageFault.ConstraintViolation)]
    [InlineData("23503", StorageFault.ConstraintViolation)]
    [InlineData("23514", StorageFault.ConstraintViolation)]
    [InlineData("40001", StorageFault.Conflict)]
    [InlineData("40P01", StorageFault.Busy)]
    [InlineData("55P03", StorageFault.Busy)]
    [InlineData("57014", StorageFault.Busy)]
    [InlineData("53200", StorageFault.Busy)]
    [InlineData("53300", StorageFault.Busy)]
    [InlineData("53100", StorageFault.Unreachable)]
    [InlineData("08006", StorageFault.Unreachable)]
    [InlineData("28P01", StorageFault.Unreachable)]
    [InlineData("3D000", StorageFault.Unreachable)]
    [InlineData("25006", StorageFault.Unreachable)]
    [InlineData("57P01", StorageFault.Unreachable)]
    [InlineData("57P03", StorageFault.Unreachable)]
    [InlineData("58030", StorageFault.Unreachable)]
    [InlineData("XX001", StorageFault.Unreachable)]
    [InlineData("42P01", StorageFault.None)]
    [InlineData("22021", StorageFault.None)]
    public async Task Tells_what_an_error_of_the_server_means(string state, StorageFault fault)
    {
        await using var database = await TestDatabase.CreateAsync(DatabaseKind.PostgreSql, migrate: false);

        Assert.Equal(fault, database.Engine.Classify(new PostgresException("It says why.", "ERROR", "ERROR", state)));
    }

    [Theory]
    [InlineData("Host=127.0.0.1;Port=1", StorageFault.Unreachable)]
    [InlineData("Host=nowhere.invalid", StorageFault.Unreachable)]
    [InlineData("Host=/nowhere", StorageFault.Unreachable)]
    public async Task Tells_that_no_server_is_there(string connectionString, StorageFault fault)
    {
        await using var database = await TestDatabase.CreateAsync(DatabaseKind.PostgreSql, migrate: false);
        await using var connection = new NpgsqlConnection(connectionString);

        var failure = await Record.ExceptionAsync(() => connection.OpenAsync());

        Assert.Equal(fault, database.Engine.Classify(failure!));
    }

    [Fact]
    public async Task Tells_that_every_connection_is_in_use()
    {
        await using var database = await TestDatabase.CreateAsync(DatabaseKind.PostgreSql, migrate: false);
        var narrow = new NpgsqlConnectionStringBuilder(database.ConnectionString) { MaxPoolSize = 1, Timeout = 1 };
        await using var first = new NpgsqlConnection(narrow.ConnectionString);
        await first.OpenAsync();
        await using var second = new NpgsqlConnection(narrow.ConnectionString);

        var failure = await Record.ExceptionAsync(() => second.OpenAsync());

        Assert.Equal(StorageFault.Busy, database.Engine.Classify(failure!));
    }

    [Fact]
    public async Task Tells_a_server_that_takes_changes_from_one_that_only_answers()
    {
        await using var database = await TestDatabase.CreateAsync(DatabaseKind.PostgreSql);
        await database.Engine.ProveWritableAsync(CancellationToken.None);

        // As on a server that follows another one.
        await using var connection = new NpgsqlConnection(database.ConnectionString);
        await database.ExecuteAsync($"ALTER DATABASE {connection.Database} SET default_transaction_read_only = on");
        NpgsqlConnection.ClearPool(connection);
        var failure = await Record.ExceptionAsync(() => database.Engine.ProveWritableAsync(CancellationToken.None));

        await database.Setup.PingAsync(CancellationToken.None);
        Assert.Equal(StorageFault.Unreachable, database.Engine.Classify(failure!));
    }

    [Fact]
    public async Task Runs_work_again_that_met_another_in_a_circle()
    {
        await using var database = await TestDatabase.CreateAsync(DatabaseKind.PostgreSql);
        var (first, second) = (Account.Open(new NewAccount { DisplayName = "first" }, Samples.Now), Account.Open(new NewAccount { DisplayName = "second" }, Samples.Now));
        await database.Writer.AddAsync(first, second);
        using var both = new CountdownEvent(2);
        var met = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var runs = 0;

        await Task.WhenAll(RenameAsync(first.Id, second.Id), RenameAsync(second.Id, first.Id));

        Assert.Equal(3, runs);
        await using var db = database.CreateContext();
        Assert.All(await db.Accounts.Select(account => account.DisplayName).ToListAsync(), name => Assert.Equal("renamed twice", name));

        Task RenameAsync(Guid one, Guid other) => database.Writer.RunAsync(
            async (db, token) =>
            {
                Interlocked.Increment(ref runs);
                await RenameOneAsync(db, one, token);

                // At first each holds what the other wants next.
                if (!both.IsSet && both.Signal())
                {
                    met.SetResult();
                }

                await met.Task;
                await RenameOneAsync(db, other, token);
                return true;
            },
            CancellationToken.None);

        static Task RenameOneAsync(EntitlementDbContext db, Guid id, CancellationToken token) => db.Accounts
            .Where(account => account.Id == id)
            .ExecuteUpdateAsync(
                set => set.SetProperty(
                    account => account.DisplayName,
                    account => account.DisplayName.StartsWith("renamed") ? "renamed twice" : "renamed"),
                token);
    }

    [Fact]
    public async Task Runs_work_again_whose_connection_the_server_ended()
    {
        await using var database = await TestDatabase.CreateAsync(DatabaseKind.PostgreSql);
        var runs = 0;

        await database.Writer.RunAsync(
            async (db, token) =>
            {
                db.Add(Product.Define("acme-cad", "CAD", Samples.Now));
                await db.SaveChangesAsync(token);
                if (runs++ == 0)
                {
                    await db.Database.ExecuteSqlRawAsync(EndOwnConnection, token);
                }

                return true;
            },
            CancellationToken.None);

        await using var db = database.CreateContext();
        Assert.Equal(2, runs);
        Assert.Single(await db.Products.ToListAsync());
    }

    [Fact]
    public async Task Does_not_repeat_a_commit_that_failed()
    {
        await using var database = await TestDatabase.CreateAsync(DatabaseKind.PostgreSql);
        await database.ExecuteAsync(
            """
            CREATE FUNCTION end_connection() RETURNS trigger LANGUAGE plpgsql AS $$
            BEGIN PERFORM pg_terminate_backend(pg_backend_pid()); RETURN NULL; END $$;
            CREATE CONSTRAINT TRIGGER ends AFTER INSERT ON "Products" DEFERRABLE INITIALLY DEFERRED
            FOR EACH ROW EXECUTE FUNCTION end_connection();
            """);
        var runs = 0;

        var failure = await Assert.ThrowsAsync<StorageUnavailableException>(() => database.Writer.RunAsync(
            (db, _) =>
            {
                runs++;
                db.Add(Product.Define("acme-cad", "CAD", Samples.Now));
                return Task.FromResult(true);
            },
            CancellationToken.None));

        Assert.Equal((1, StorageFault.Busy), (runs, database.Engine.Classify(failure)));
    }
}
