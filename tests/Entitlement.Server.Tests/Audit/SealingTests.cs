using Entitlement.Domain.Audit;
using Entitlement.Formats.Audit;
using Entitlement.Signing;
using Entitlement.Testing;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace Entitlement.Server.Tests.Audit;

public class SealingTests
{
    [Theory]
    [MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task Seals_all_that_waits_in_blocks_of_a_bounded_size(DatabaseKind database)
    {
        await using var trail = await Trail.BeginAsync(database);
        await trail.SealAsync();
        await trail.WriteAsync(Enumerable.Range(0, (2 * AuditEntries.MaxCount) + 3).Select(_ => Record(trail.Clock.GetUtcNow())));

        await trail.SealAsync();

        var counts = await BlockSizesAsync(trail);
        Assert.Equal([AuditEntries.MaxCount, AuditEntries.MaxCount, 3], counts[^3..]);
        Assert.True((await trail.VerifyAsync()).IsWhole);
    }

    [Theory]
    [MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task Seals_nothing_and_makes_no_block_when_nothing_waits(DatabaseKind database)
    {
        await using var trail = await Trail.OfFourBlocksAsync(database);

        await trail.SealAsync();

        Assert.Equal(4, (await BlockSizesAsync(trail)).Count);
    }

    [Theory]
    [MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task Seals_a_record_that_is_committed_behind_younger_ones_in_the_next_block(DatabaseKind database)
    {
        await using var trail = await Trail.OfFourBlocksAsync(database);
        var late = Record(trail.Clock.GetUtcNow().AddMinutes(-10));
        await trail.WriteAsync(late);

        await trail.SealAsync();

        Assert.Equal(5, await trail.ReadAsync(db => db.AuditRecords.Where(record => record.Id == late.Id).Select(record => record.Block).SingleAsync()));
        Assert.True((await trail.VerifyAsync()).IsWhole);
    }

    [Theory]
    [MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task Puts_each_record_in_one_block_when_several_seal_and_others_write(DatabaseKind database)
    {
        await using var trail = await Trail.BeginAsync(database);
        await trail.SealAsync();
        const int Writers = 4;
        var writing = Enumerable.Range(0, Writers).Select(async writer =>
        {
            for (var i = 0; i < 100; i++)
            {
                // One clock ahead of another, so that ids do not come in the order of commits.
                await trail.WriteAsync(Record(trail.Clock.GetUtcNow().AddSeconds(i * writer)));
            }
        }).ToList();
        var ended = Task.WhenAll(writing);

        var sealing = Enumerable.Range(0, 3).Select(_ => trail.NewSealer()).Select(async sealer =>
        {
            while (!ended.IsCompleted)
            {
                await sealer.SealAsync(trail.Key, CancellationToken.None);
            }
        });
        await Task.WhenAll([.. sealing, ended]);
        await trail.SealAsync();

        var report = await trail.VerifyAsync();
        Assert.Empty(report.Findings);
        Assert.Equal((0, (await trail.Records.ReadAsync()).Count), (report.UnsealedRecords, report.SealedRecords));
        Assert.Equal(report.SealedRecords, (await BlockSizesAsync(trail)).Sum());
    }

    [Theory]
    [MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task Leaves_nothing_of_a_block_whose_transaction_was_cut_off(DatabaseKind database)
    {
        await using var trail = await Trail.OfFourBlocksAsync(database);
        await trail.WriteAsync(Record(trail.Clock.GetUtcNow()));
        await using var refusal = await Refusal.OfUpdatesAsync(trail.Engine, database, "AuditRecords");

        await Assert.ThrowsAnyAsync<Exception>(() => trail.SealAsync());
        var blocks = await BlockSizesAsync(trail);
        await refusal.DisposeAsync();
        await trail.SealAsync();

        Assert.Equal(4, blocks.Count);
        Assert.Equal(5, (await BlockSizesAsync(trail)).Count);
        Assert.True((await trail.VerifyAsync()).IsWhole);
    }

    [Theory]
    [MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task Goes_on_with_another_key_of_the_same_root_and_back(DatabaseKind database)
    {
        await using var trail = await Trail.OfFourBlocksAsync(database);
        var keys = Path.Combine(trail.Host.DataDirectory, "keys");
        var paths = AuditKeyPaths.InDirectory(keys);
        File.Move(paths.KeyFile, paths.KeyFile + ".old");
        File.Move(paths.CertificateFile, paths.CertificateFile + ".old");
        AuditKeyCeremony.Complete(keys, trail.Clock.GetUtcNow());
        using var other = AuditKey.Load(paths, trail.Clock.GetUtcNow());

        foreach (var key in new[] { other, other, trail.Key })
        {
            await trail.WriteAsync(Record(trail.Clock.GetUtcNow()));
            await trail.SealAsync(key);
        }

        var certificates = (await BlocksAsync(trail)).Select(block => block.Certificate is not null);
        Assert.Equal([true, false, false, false, true, false, true], certificates);
        Assert.True((await trail.VerifyAsync()).IsWhole);
    }

    [Fact]
    public async Task Is_whole_although_the_clock_was_turned_back()
    {
        await using var trail = await Trail.OfFourBlocksAsync(DatabaseKind.Sqlite);

        trail.Clock.Advance(-TimeSpan.FromMinutes(30));
        await trail.WriteAsync(Record(trail.Clock.GetUtcNow()));
        await trail.SealAsync();

        Assert.True((await trail.VerifyAsync()).IsWhole);
    }

    [Fact]
    public async Task Seals_nothing_at_a_time_for_which_its_certificate_does_not_vouch()
    {
        await using var trail = await Trail.OfFourBlocksAsync(DatabaseKind.Sqlite);
        await trail.WriteAsync(Record(trail.Clock.GetUtcNow()));

        trail.Clock.Advance(-TimeSpan.FromDays(2));
        var refusal = await Assert.ThrowsAsync<KeyStoreException>(() => trail.SealAsync());
        trail.Clock.Advance(TimeSpan.FromDays(2));
        await trail.SealAsync();

        Assert.Equal(KeyStoreProblem.NotValidNow, refusal.Problem);
        Assert.Equal(5, (await BlockSizesAsync(trail)).Count);
    }

    [Fact]
    public async Task Tells_once_that_it_can_not_seal_and_once_that_it_can_again()
    {
        await using var trail = await Trail.BeginAsync(DatabaseKind.Sqlite);
        await using var refusal = await Refusal.OfUpdatesAsync(trail.Engine, DatabaseKind.Sqlite, "AuditRecords");
        await trail.WriteAsync(Record(trail.Clock.GetUtcNow()));
        using var sealer = trail.NewSealer();

        await sealer.TrySealAsync(trail.Key, CancellationToken.None);
        await sealer.TrySealAsync(trail.Key, CancellationToken.None);
        await refusal.DisposeAsync();
        await sealer.TrySealAsync(trail.Key, CancellationToken.None);
        await sealer.TrySealAsync(trail.Key, CancellationToken.None);

        Assert.Equal([1705, 1706], trail.Host.Logs.Lines.Select(line => line.EventId).Where(id => id is 1705 or 1706));
    }

    private static AuditRecord Record(DateTimeOffset now) => AuditRecord.Create(null, "operator", "test", "tests/1", now);

    private static async Task<List<AuditBlockFile>> BlocksAsync(Trail trail) => await trail.ReadAsync(async db =>
        (await db.AuditBlocks.OrderBy(block => block.Number).ToListAsync()).ConvertAll(block => AuditBlockFile.Read(block.Content)));

    private static async Task<List<int>> BlockSizesAsync(Trail trail) =>
        (await BlocksAsync(trail)).ConvertAll(block => block.Block.Count);
}
