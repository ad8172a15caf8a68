using System.Data.Common;
using Entitlement.Domain.Errors;
using Entitlement.Domain.Licenses;
using Entitlement.Domain.Products;
using Entitlement.Storage.Sqlite;
using Entitlement.Testing;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;

namespace Entitlement.Storage.Tests;

/// <summary>Callers that share a commit, and what one of them can't do to the others.</summary>
public sealed class WriterLaneBatchTests : IAsyncLifetime
{
    private const string TakenCode = "acme-cad";

    private readonly ManualClock _clock = new(Samples.Now);
    private TestDatabase _database = null!;
    private WriterLane _lane = null!;

    /// <summary>Ways to fail that leave the transaction in being.</summary>
    public static TheoryData<string> Failures => [.. Ways.Keys];

    private static Dictionary<string, Func<EntitlementDbContext, Task>> Ways { get; } = new(StringComparer.Ordinal)
    {
        ["refused"] = _ => throw Refusal.ConcurrentChange(),
        ["refused after it was saved"] = async db =>
        {
            await db.SaveChangesAsync();
            throw Refusal.ConcurrentChange();
        },
        ["stale"] = _ => throw new StaleReadException("Another transaction came first."),
        ["unique key"] = db => Task.FromResult(db.Add(Product.Define(TakenCode, "The second", Samples.Now))),
        ["foreign key"] = db => Task.FromResult(db.Add(Orphan())),
    };

    public async Task InitializeAsync()
    {
        _database = await TestDatabase.CreateAsync(DatabaseKind.Sqlite);
        await _database.Writer.AddAsync(Product.Define(TakenCode, "The first", Samples.Now));
        _lane = Open(_database.Contexts);
    }

    public async Task DisposeAsync()
    {
        await _lane.DisposeAsync();
        await _database.DisposeAsync();
    }

    [Fact]
    public async Task Commits_those_who_wait_together()
    {
        var (blocker, blocked) = await _lane.BlockAsync();
        var waiting = Enumerable.Range(0, 10).Select(number => _lane.WriteAsync($"{number}")).ToList();
        blocker.SetResult();

        var transactions = await Task.WhenAll(waiting.Prepend(blocked)).WaitAsync(Lanes.Patience);

        Assert.Single(transactions.Distinct());
        Assert.Equal(10, (await ReadAsync()).Count);
    }

    [Fact]
    public async Task Commits_no_more_than_64_together()
    {
        var (blocker, blocked) = await _lane.BlockAsync();
        var waiting = Enumerable.Range(0, 100).Select(number => _lane.WriteAsync($"{number}")).ToList();
        blocker.SetResult();

        var transactions = await Task.WhenAll(waiting.Prepend(blocked)).WaitAsync(Lanes.Patience);

        Assert.Equal([64, 37], transactions.CountBy(transaction => transaction).Select(batch => batch.Value));
    }

    [Fact]
    public async Task Commits_without_those_who_wait_when_a_batch_has_lasted_long_enough()
    {
        var (blocker, blocked) = await _lane.BlockAsync();
        var large = _lane.WriteAsync("large", (_, _) =>
        {
            _clock.Advance(WriterLane.MaxBatchTime);
            return Task.CompletedTask;
        });
        var behind = _lane.WriteAsync("behind");
        blocker.SetResult();

        Assert.Equal(await blocked, await large.WaitAsync(Lanes.Patience));
        Assert.NotEqual(await large, await behind.WaitAsync(Lanes.Patience));
    }

    [Theory]
    [MemberData(nameof(Failures))]
    public async Task Undoes_what_one_fails_at_and_nothing_of_its_neighbours(string failure)
    {
        var (blocker, blocked) = await _lane.BlockAsync();
        var before = _lane.WriteAsync("before");
        var failing = _lane.WriteAsync("failing", (db, _) => Ways[failure](db));
        var tracked = _lane.RunAsync((db, _) => Task.FromResult(db.ChangeTracker.Entries().Count()), CancellationToken.None);
        var after = _lane.WriteAsync("after");
        blocker.SetResult();

        await Assert.ThrowsAnyAsync<Exception>(() => failing.WaitAsync(Lanes.Patience));

        Assert.Equal((await blocked, await blocked), (await before, await after.WaitAsync(Lanes.Patience)));
        Assert.Equal(["after", "before"], await ReadAsync());
        Assert.Equal(0, await tracked);
    }

    [Fact]
    public async Task Undoes_what_one_began_who_leaves_in_the_midst_of_it()
    {
        using var leaving = new CancellationTokenSource();
        var (blocker, blocked) = await _lane.BlockAsync();
        var left = _lane.WriteAsync(
            "left",
            async (db, token) =>
            {
                await db.SaveChangesAsync(token);
                await leaving.CancelAsync();
                token.ThrowIfCancellationRequested();
            },
            leaving.Token);
        var after = _lane.WriteAsync("after");
        blocker.SetResult();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => left.WaitAsync(Lanes.Patience));

        Assert.Equal(await blocked, await after.WaitAsync(Lanes.Patience));
        Assert.Equal(["after"], await ReadAsync());
    }

    [Fact]
    public async Task Leaves_to_the_last_of_two_that_want_the_same_what_the_first_left()
    {
        var license = await _database.Writer.AddLicenseAsync(machineLimit: 2);
        var (blocker, blocked) = await _lane.BlockAsync();
        var takers = Enumerable.Range(0, 3).Select(_ => _lane.RunAsync(
            (db, token) => Seats.TakeAsync(db, license.Name, license.Terms, [new(SeatLine.Machines, 2, 0, 1)], token),
            CancellationToken.None)).ToList();
        blocker.SetResult();

        var taken = await Task.WhenAll(takers).WaitAsync(Lanes.Patience);

        Assert.Equal([true, true, false], taken);
        await blocked;
    }

    [Fact]
    public async Task Tells_nobody_anything_before_the_commit_neither_success_nor_refusal()
    {
        var (blocker, blocked) = await _lane.BlockAsync();
        var (holding, isLast) = (Lanes.NewSignal(), Lanes.NewSignal());
        var succeeded = _lane.WriteAsync("first");
        var refused = _lane.WriteAsync("second", (_, _) => throw Refusal.ConcurrentChange());
        var last = _lane.WriteAsync("last", async (_, _) =>
        {
            isLast.SetResult();
            await holding.Task;
        });
        blocker.SetResult();
        await isLast.Task.WaitAsync(Lanes.Patience);

        Assert.Equal((false, false, false), (blocked.IsCompleted, succeeded.IsCompleted, refused.IsCompleted));
        Assert.Empty(await ReadAsync());
        holding.SetResult();

        await Task.WhenAll(blocked, succeeded, last).WaitAsync(Lanes.Patience);
        await Assert.ThrowsAsync<EntitlementException>(() => refused);
        Assert.Equal(["first", "last"], await ReadAsync());
    }

    [Fact]
    public async Task Tells_all_of_a_batch_when_its_commit_fails()
    {
        var (blocker, blocked) = await _lane.BlockAsync();
        var succeeded = _lane.WriteAsync("first");
        var refused = _lane.WriteAsync("second", (_, _) => throw Refusal.ConcurrentChange());
        var spoiling = _lane.WriteAsync("third", async (db, token) =>
        {
            // Foreign keys are then checked by the commit, which fails for an orphan.
            await db.Database.ExecuteSqlAsync($"PRAGMA defer_foreign_keys = ON", token);
            db.Add(Orphan());
        });
        blocker.SetResult();

        foreach (var told in new[] { blocked, succeeded, refused, spoiling })
        {
            await Assert.ThrowsAsync<StorageUnavailableException>(() => told.WaitAsync(Lanes.Patience));
        }

        Assert.Empty(await ReadAsync());
        await _lane.WriteAsync("next").WaitAsync(Lanes.Patience);
        Assert.Equal(["next"], await ReadAsync());
    }

    [Fact]
    public async Task Tells_all_who_were_in_it_when_the_database_undoes_the_whole_transaction()
    {
        var (blocker, blocked) = await _lane.BlockAsync();
        var before = _lane.WriteAsync("before");
        var losing = _lane.WriteAsync("losing", async (db, token) =>
        {
            // As SQLite does by itself when the disk is full.
            await db.Database.ExecuteSqlAsync($"ROLLBACK", token);
            throw new SqliteException("database or disk is full", 13);
        });
        var after = _lane.WriteAsync("after");
        blocker.SetResult();

        foreach (var told in new[] { blocked, before, losing })
        {
            await Assert.ThrowsAsync<StorageUnavailableException>(() => told.WaitAsync(Lanes.Patience));
        }

        await after.WaitAsync(Lanes.Patience);
        Assert.Equal(["after"], await ReadAsync());
    }

    [Fact]
    public async Task Tells_all_who_wait_when_no_transaction_can_be_begun()
    {
        var gate = new Gate();
        await using var lane = Open(new GatedContexts(_database, gate));
        var waiting = new List<Task<int>> { lane.AnswerAsync(1) };
        await gate.IsReached.Task.WaitAsync(Lanes.Patience);
        waiting.AddRange([lane.AnswerAsync(2), lane.AnswerAsync(3)]);
        gate.Fail.SetResult();

        foreach (var told in waiting)
        {
            await Assert.ThrowsAsync<InvalidOperationException>(() => told.WaitAsync(Lanes.Patience));
        }

        Assert.Equal(4, await lane.AnswerAsync(4).WaitAsync(Lanes.Patience));
        Assert.Equal(2, gate.Begun);
    }

    /// <summary>A license of an account that is not there.</summary>
    private static License Orphan() => License.Create(
        new(Guid.CreateVersion7()), new(Guid.CreateVersion7()), new LicenseTerms(), Samples.Now).License;

    private WriterLane Open(IDbContextFactory<EntitlementDbContext> contexts) => new(contexts, capacity: 200, _clock);

    private async Task<List<string>> ReadAsync()
    {
        await using var db = _database.CreateContext();
        return await db.Accounts.Select(account => account.DisplayName).Order().ToListAsync();
    }

    /// <summary>Holds up the first transaction, and then fails its beginning.</summary>
    private sealed class Gate : DbTransactionInterceptor
    {
        public TaskCompletionSource IsReached { get; } = Lanes.NewSignal();

        public TaskCompletionSource Fail { get; } = Lanes.NewSignal();

        /// <summary>How many transactions were to begin.</summary>
        public int Begun { get; private set; }

        public override async ValueTask<InterceptionResult<DbTransaction>> TransactionStartingAsync(
            DbConnection connection,
            TransactionStartingEventData eventData,
            InterceptionResult<DbTransaction> result,
            CancellationToken cancellationToken = default)
        {
            if (++Begun > 1)
            {
                return result;
            }

            IsReached.SetResult();
            await Fail.Task;
            throw new InvalidOperationException("No transaction can be begun.");
        }
    }

    private sealed class GatedContexts(TestDatabase database, Gate gate) : IDbContextFactory<EntitlementDbContext>
    {
        public EntitlementDbContext CreateDbContext()
        {
            var options = new DbContextOptionsBuilder<EntitlementDbContext>();
            SqliteStorage.Configure(options, database.ConnectionString);
            return new EntitlementDbContext(options.AddInterceptors(gate).Options);
        }
    }
}
