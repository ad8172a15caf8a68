using Entitlement.Client.Audit;
using Entitlement.Testing;

namespace Entitlement.Server.Tests.Audit;

/// <summary>
/// Whatever somebody with the database alters, removes or exchanges of what was sealed is found and named. The columns are
/// taken from the tables, so that a new one is tried as well.
/// </summary>
public class AlterationTests
{
    [Theory]
    [MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task Finds_nothing_where_nothing_was_altered(DatabaseKind database)
    {
        await using var trail = await Trail.OfFourBlocksAsync(database);

        var report = await trail.VerifyAsync(await trail.SaveHeadAsync());

        Assert.Empty(report.Findings);
        Assert.Equal((4, 0), (report.Blocks, report.UnsealedRecords));
        Assert.Equal((await trail.Records.ReadAsync()).Count, report.SealedRecords);
        Assert.Equal(2, report.Activations);
    }

    [Theory]
    [MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task Names_the_record_of_which_any_field_was_altered(DatabaseKind database)
    {
        await using var trail = await Trail.OfFourBlocksAsync(database);
        var missed = new List<string>();
        var records = await trail.Records.ReadAsync();
        foreach (var record in records)
        {
            foreach (var column in record.Keys)
            {
                // What is empty takes what another record has there.
                var value = record[column] is DBNull
                    ? records.Select(other => other[column]).First(other => other is not DBNull)
                    : Altered(record[column]);
                var altered = new Dictionary<string, object>(record) { [column] = value };
                await trail.Records.ReplaceAsync(record, altered);
                var report = await trail.VerifyAsync();
                await trail.Records.ReplaceAsync(altered, record);
                if (!report.Findings.Any(finding => finding.Subject.Contains($"auditRecords/{IdOf(record)}", StringComparison.Ordinal)))
                {
                    missed.Add($"{column} of {record["Action"]}");
                }
            }
        }

        Assert.Empty(missed);
        Assert.True((await trail.VerifyAsync()).IsWhole);
    }

    [Theory]
    [MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task Names_the_first_record_that_was_removed(DatabaseKind database)
    {
        await using var trail = await Trail.OfFourBlocksAsync(database);
        foreach (var record in await trail.Records.ReadAsync())
        {
            await trail.Records.DeleteAsync(record);
            var report = await trail.VerifyAsync();
            await trail.Records.InsertAsync(record);

            Assert.Equal(
                (AuditFault.RecordMissing, $"auditRecords/{IdOf(record)}"), (report.Findings[0].Fault, report.Findings[0].Subject));
        }
    }

    [Theory]
    [MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task Finds_two_records_that_changed_their_ids_or_their_blocks(DatabaseKind database)
    {
        await using var trail = await Trail.OfFourBlocksAsync(database);
        var records = await trail.Records.ReadAsync();
        foreach (var column in new[] { "Id", "Block" })
        {
            foreach (var (one, other) in records.Zip(records.Skip(1)).Where(pair => !Equals(pair.First[column], pair.Second[column])))
            {
                var (first, second) = (
                    new Dictionary<string, object>(one) { [column] = other[column] },
                    new Dictionary<string, object>(other) { [column] = one[column] });
                await trail.Records.DeleteAsync(one);
                await trail.Records.ReplaceAsync(other, second);
                await trail.Records.InsertAsync(first);
                var report = await trail.VerifyAsync();
                await trail.Records.DeleteAsync(first);
                await trail.Records.ReplaceAsync(second, other);
                await trail.Records.InsertAsync(one);

                Assert.Contains(report.Findings, finding => finding.Subject.Contains($"{IdOf(one)}", StringComparison.Ordinal));
                Assert.Contains(report.Findings, finding => finding.Subject.Contains($"{IdOf(other)}", StringComparison.Ordinal));
            }
        }

        Assert.True((await trail.VerifyAsync()).IsWhole);
    }

    [Fact]
    public async Task Names_the_block_of_which_any_byte_was_altered()
    {
        await using var trail = await Trail.OfFourBlocksAsync(DatabaseKind.Sqlite);
        foreach (var block in await trail.Blocks.ReadAsync())
        {
            foreach (var column in new[] { "Content", "Entries" })
            {
                var length = ((byte[])block[column]).Length;
                foreach (var at in Enumerable.Range(0, 12).Select(step => step * (length - 1) / 12))
                {
                    var altered = new Dictionary<string, object>(block) { [column] = Altered(block[column], at) };
                    await trail.Blocks.ReplaceAsync(block, altered);
                    var findings = (await trail.VerifyAsync()).Findings;
                    await trail.Blocks.ReplaceAsync(altered, block);

                    Assert.True(
                        findings.Count > 0 && findings[0].Subject == $"block {block["Number"]}",
                        $"{column} of {block["Number"]} at {at}: {string.Join(' ', findings)}");
                }
            }
        }
    }

    [Theory]
    [MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task Names_the_block_that_was_removed_or_moved(DatabaseKind database)
    {
        await using var trail = await Trail.OfFourBlocksAsync(database);
        var head = await trail.SaveHeadAsync();
        foreach (var block in await trail.Blocks.ReadAsync())
        {
            await trail.Blocks.DeleteAsync(block);
            var removed = await trail.VerifyAsync(head);
            var moved = new Dictionary<string, object>(block) { ["Number"] = (long)block["Number"] + 10 };
            await trail.Blocks.InsertAsync(moved);
            var elsewhere = await trail.VerifyAsync(head);
            await trail.Blocks.ReplaceAsync(moved, block);

            Assert.Contains(
                removed.Findings, finding => finding is { Fault: AuditFault.BlockMissing } && finding.Subject == $"block {block["Number"]}");
            Assert.Contains(
                elsewhere.Findings, finding => finding is { Fault: AuditFault.BlockMissing } && finding.Subject.Contains($"{block["Number"]}"));
        }

        Assert.True((await trail.VerifyAsync(head)).IsWhole);
    }

    [Theory]
    [MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task Names_the_first_of_two_blocks_that_changed_places(DatabaseKind database)
    {
        await using var trail = await Trail.OfFourBlocksAsync(database);
        var blocks = await trail.Blocks.ReadAsync();
        foreach (var (i, one) in blocks.Index())
        {
            foreach (var other in blocks.Skip(i + 1))
            {
                await trail.Blocks.ReplaceAsync(one, new Dictionary<string, object>(other) { ["Number"] = one["Number"] });
                await trail.Blocks.ReplaceAsync(other, new Dictionary<string, object>(one) { ["Number"] = other["Number"] });
                var report = await trail.VerifyAsync();
                await trail.Blocks.ReplaceAsync(one, one);
                await trail.Blocks.ReplaceAsync(other, other);

                Assert.Equal($"block {one["Number"]}", report.Findings[0].Subject);
            }
        }
    }

    [Theory]
    [MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task Lets_a_reason_be_erased_with_its_salt_and_counts_it(DatabaseKind database)
    {
        await using var trail = await Trail.OfFourBlocksAsync(database);
        var records = (await trail.Records.ReadAsync()).Where(record => record["Reason"] is string).ToList();
        foreach (var record in records)
        {
            await trail.Records.ReplaceAsync(
                record, new Dictionary<string, object>(record) { ["Reason"] = DBNull.Value, ["ReasonSalt"] = DBNull.Value });
        }

        var report = await trail.VerifyAsync();

        Assert.Equal(3, records.Count);
        Assert.Equal((true, 3), (report.IsWhole, report.ErasedReasons));
    }

    private static Guid IdOf(Dictionary<string, object> record) =>
        record["Id"] is byte[] bytes ? new Guid(bytes, bigEndian: true) : (Guid)record["Id"];

    private static object Altered(object value, int at = 0) => value switch
    {
        long number => number + 1,
        string text => text + "x",
        Guid => Guid.CreateVersion7(),
        byte[] bytes => bytes.Select((octet, i) => i == at ? (byte)(octet ^ 1) : octet).ToArray(),
        _ => throw new NotSupportedException($"How is a {value.GetType()} altered?"),
    };
}
