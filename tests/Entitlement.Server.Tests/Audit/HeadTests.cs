using System.Globalization;
using Entitlement.Client.Audit;
using Entitlement.Formats.Audit;
using Entitlement.Signing;
using Entitlement.Testing;
using Microsoft.EntityFrameworkCore;

namespace Entitlement.Server.Tests.Audit;

/// <summary>What only a head that was kept elsewhere shows: also whoever has the database and the audit key can't undo it.</summary>
public class HeadTests
{
    [Theory]
    [MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task Finds_a_trail_that_was_cut_off_at_its_end(DatabaseKind database)
    {
        await using var trail = await Trail.OfFourBlocksAsync(database);
        var saved = await trail.SaveHeadAsync();
        await CutAsync(trail, keep: 2);

        var report = await trail.VerifyAsync(saved);

        Assert.Contains(new AuditFinding(AuditFault.BlockMissing, "blocks 3 to 4", "blocks 3 to 4 missing."), report.Findings);
    }

    [Theory]
    [MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task Finds_a_trail_that_was_sealed_anew_with_the_very_key(DatabaseKind database)
    {
        await using var trail = await Trail.OfFourBlocksAsync(database);
        var saved = await trail.SaveHeadAsync();
        await CutAsync(trail, keep: 3, seal: true);

        var without = await trail.VerifyAsync();
        var with = await trail.VerifyAsync(saved);

        Assert.Empty(without.Findings);
        Assert.Equal([(AuditFault.HeadContradicted, "block 4")], with.Findings.Select(finding => (finding.Fault, finding.Subject)));
    }

    [Theory]
    [MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task Stays_true_while_the_trail_grows(DatabaseKind database)
    {
        await using var trail = await Trail.BeginAsync(database);
        var heads = new List<byte[]> { await trail.SaveHeadAsync() };
        for (var i = 0; i < 3; i++)
        {
            await trail.Host.CreateLicenseAsync();
            await trail.SealAsync();
            heads.Add(await trail.SaveHeadAsync());
        }

        foreach (var head in heads)
        {
            Assert.True((await trail.VerifyAsync(head)).IsWhole);
        }

        Assert.Equal([0L, 1L, 2L, 3L], heads.Select(head => AuditHeadFile.Read(head).Head.Number));
    }

    [Fact]
    public async Task Believes_no_head_and_no_block_of_another_root()
    {
        await using var trail = await Trail.OfFourBlocksAsync(DatabaseKind.Sqlite);
        await using var other = await Trail.OfFourBlocksAsync(DatabaseKind.Sqlite);

        var report = await new AuditVerification(trail.Service, [other.Root("root.pem")])
            .RunAsync(AuditHeadFile.Read(await other.SaveHeadAsync()), progress: null, CancellationToken.None);

        Assert.Equal(
            [
                (AuditFault.HeadUntrusted, "head"),
                .. Enumerable.Range(1, 4).Select(
                    number => (AuditFault.BlockUntrusted, string.Create(CultureInfo.InvariantCulture, $"block {number}"))),
                (AuditFault.HeadContradicted, "block 4"),
            ],
            report.Findings.Select(finding => (finding.Fault, finding.Subject)));
    }

    [Fact]
    public async Task Finds_a_block_that_another_key_of_the_installation_signed()
    {
        await using var trail = await Trail.OfFourBlocksAsync(DatabaseKind.Sqlite);
        var paths = KeyPaths.InDirectory(Path.Combine(trail.Host.DataDirectory, "keys"));
        using var ring = KeyRing.Load(paths, trail.Clock.GetUtcNow());
        var signing = ring.CurrentAt(trail.Clock.GetUtcNow())!;
        var block = (await trail.Blocks.ReadAsync())[^1];
        var claims = AuditBlockFile.Read((byte[])block["Content"]).Block;
        var forged = AuditBlockFile.Write(claims, signing.KeyId, signing.Certificate.RawDataMemory.Span, signing.Sign);
        await trail.Blocks.ReplaceAsync(block, new Dictionary<string, object>(block) { ["Content"] = forged });

        var report = await trail.VerifyAsync();

        Assert.Equal((AuditFault.BlockUntrusted, "block 4"), (report.Findings[0].Fault, report.Findings[0].Subject));
    }

    /// <summary>What somebody does who has database and key: takes the last blocks away, and seals the rest of their records anew.</summary>
    private static async Task CutAsync(Trail trail, int keep, bool seal = false)
    {
        foreach (var block in (await trail.Blocks.ReadAsync()).Skip(keep))
        {
            await trail.Blocks.DeleteAsync(block);
        }

        var records = (await trail.Records.ReadAsync()).Where(record => (long)record["Block"] > keep).ToList();
        foreach (var record in records)
        {
            if (!seal || (string)record["Action"] == "license.suspend")
            {
                await trail.Records.DeleteAsync(record);
            }
            else
            {
                await trail.Records.ReplaceAsync(
                    record, new Dictionary<string, object>(record) { ["Block"] = Domain.Audit.AuditRecord.NotSealed });
            }
        }

        if (seal)
        {
            await trail.SealAsync();
        }
    }
}
