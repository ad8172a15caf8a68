using Entitlement.Domain.Accounts;
using Entitlement.Domain.Errors;
using Entitlement.Domain.Licenses;
using Entitlement.Domain.Products;
using Entitlement.Testing;
using Microsoft.EntityFrameworkCore;

namespace Entitlement.Storage.Tests;

public class WriterTests
{
    public static IEnumerable<object[]> All => Databases.All;

    [Theory]
    [MemberData(nameof(All))]
    public async Task Rolls_back_all_of_what_fails_and_nothing_of_its_neighbours(DatabaseKind kind)
    {
        await using var database = await TestDatabase.CreateAsync(kind);

        var writes =
            Enumerable.Range(0, 30).Select(number => Record.ExceptionAsync(() => database.Writer.RunAsync<bool>(
            async (db, token) =>
            {
                db.Add(Account.Open(new NewAccount { DisplayName = $"{number}" }, Samples.Now));
                await db.SaveChangesAsync(token);
                return number % 3 == 0 ? throw new InvalidDataException($"{number}") : true;
            },
            CancellationToken.None)));
        var outcomes = await Task.WhenAll(writes);

        await using var db = database.CreateContext();
        var written = await db.Accounts.Select(account => account.DisplayName).ToListAsync();
        Assert.Equal(
            Enumerable.Range(0, 30).Select(number => number % 3 == 0 ? $"{number}" : null),
            outcomes.Select(outcome => (outcome as InvalidDataException)?.Message));
        Assert.Equal(
            Enumerable.Range(0, 30).Where(number => number % 3 != 0).Select(number => $"{number}").Order(),
            written.Order());
    }

    [Theory]
    [MemberData(nameof(All))]
    public async Task Runs_work_again_that_was_beaten_to_a_unique_key(DatabaseKind kind)
    {
        await using var database = await TestDatabase.CreateAsync(kind);
        await database.Writer.AddAsync(Product.Define("acme-cad", "The first", Samples.Now));
        var runs = 0;

        var name = await database.Writer.RunAsync(
            async (db, token) =>
            {
                // What it sees at first is a moment old; so it goes where replicas race.
                var standing = runs++ == 0 ? null : await db.Products.SingleAsync(token);
                if (standing is null)
                {
                    db.Add(Product.Define("acme-cad", "The second", Samples.Now));
                }

                return standing?.DisplayName;
            },
            CancellationToken.None);

        Assert.Equal(("The first", 2), (name, runs));
    }

    [Theory]
    [MemberData(nameof(All))]
    public async Task Tells_work_that_was_decided_before_that_it_was_beaten(DatabaseKind kind)
    {
        await using var database = await TestDatabase.CreateAsync(kind);
        await database.Writer.AddLicenseAsync();
        await using var before = database.CreateContext();
        var read = await before.Licenses.SingleAsync();
        await database.Writer.RunAsync(
            async (db, token) => (await db.Licenses.SingleAsync(token)).Revoke(Samples.Now), CancellationToken.None);

        var stale = await Assert.ThrowsAsync<StaleReadException>(() => database.Writer.RunOnceAsync(
            (db, _) =>
            {
                db.Attach(read);
                return Task.FromResult(read.Suspend(Samples.Now));
            },
            CancellationToken.None));

        Assert.IsType<DbUpdateConcurrencyException>(stale.InnerException);
        await using var after = database.CreateContext();
        Assert.Equal(LicenseState.Revoked, (await after.Licenses.SingleAsync()).StateAt(Samples.Now));
        Assert.Null((await after.Licenses.SingleAsync()).SuspendTime);
    }

    [Theory]
    [MemberData(nameof(All))]
    public async Task Gives_up_on_work_that_is_beaten_time_and_again(DatabaseKind kind)
    {
        await using var database = await TestDatabase.CreateAsync(kind);
        var runs = 0;

        var refusal = await Assert.ThrowsAsync<EntitlementException>(() => database.Writer.RunAsync<bool>(
            (_, _) =>
            {
                runs++;
                throw new StaleReadException("Always.");
            },
            CancellationToken.None));

        Assert.Equal((FailureReason.ConcurrentChange, 5), (refusal.Reason, runs));
    }

    [Theory]
    [MemberData(nameof(All))]
    public async Task Leaves_a_constraint_of_the_database_to_be_seen_as_the_fault_it_is(DatabaseKind kind)
    {
        await using var database = await TestDatabase.CreateAsync(kind);
        var product = Product.Define("acme-cad", "CAD", Samples.Now);
        var (license, _) = License.Create(new(Guid.CreateVersion7()), product.Name, new LicenseTerms(), Samples.Now);
        var runs = 0;

        await Assert.ThrowsAsync<DbUpdateException>(() => database.Writer.RunAsync(
            (db, _) =>
            {
                runs++;
                db.AddRange(product, license);
                return Task.FromResult(true);
            },
            CancellationToken.None));

        Assert.Equal(1, runs);
    }

    [Theory]
    [MemberData(nameof(All))]
    public async Task Writes_nothing_for_a_caller_that_left_during_its_work(DatabaseKind kind)
    {
        await using var database = await TestDatabase.CreateAsync(kind);
        using var leaving = new CancellationTokenSource();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => database.Writer.RunAsync(
            async (db, token) =>
            {
                db.Add(Account.Open(new NewAccount { DisplayName = "Acme" }, Samples.Now));
                await leaving.CancelAsync();
                token.ThrowIfCancellationRequested();
                return true;
            },
            leaving.Token));

        await using var db = database.CreateContext();
        Assert.Empty(await db.Accounts.ToListAsync());
    }

    [Theory]
    [MemberData(nameof(All))]
    public async Task Keeps_what_it_answered_when_the_caller_leaves_after_the_commit(DatabaseKind kind)
    {
        await using var database = await TestDatabase.CreateAsync(kind);
        using var leaving = new CancellationTokenSource();

        await database.Writer.RunAsync(
            async (db, token) =>
            {
                db.Add(Account.Open(new NewAccount { DisplayName = "Acme" }, Samples.Now));
                await db.SaveChangesAsync(token);
                return true;
            },
            leaving.Token);
        await leaving.CancelAsync();

        await using var db = database.CreateContext();
        Assert.Single(await db.Accounts.ToListAsync());
    }
}
