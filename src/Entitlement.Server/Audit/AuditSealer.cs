using System.Data.Common;
using Entitlement.Domain.Audit;
using Entitlement.Formats;
using Entitlement.Formats.Audit;
using Entitlement.Server.Hosting;
using Entitlement.Server.Signing;
using Entitlement.Signing;
using Entitlement.Storage;
using Entitlement.Storage.Queries;
using Entitlement.Storage.Writing;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace Entitlement.Server.Audit;

/// <summary>
/// Seals what waits in the audit trail, in blocks chained to one another. Every replica runs it: each block takes the
/// number after the last, so of two that seal at once one finds it taken, and does nothing.
/// </summary>
/// <remarks>
/// It reads, hashes and signs outside of the transaction that writes. What it read can't change but by another block,
/// which is noticed by the number or by the count of records; and whatever ends it half-way leaves either the whole
/// block or none.
/// </remarks>
internal sealed class AuditSealer(
    IDbContextFactory<EntitlementDbContext> contexts,
    Writer writer,
    StorageEngine storage,
    AuditKeys keys,
    IOptions<AuditOptions> options,
    IOptions<LicenseFileOptions> files,
    TimeProvider clock,
    ILogger<AuditSealer> logger) : BackgroundService
{
    /// <summary>A server that has just started has its callers to answer first.</summary>
    private static readonly TimeSpan FirstDelay = TimeSpan.FromSeconds(2);

    private bool _isFailing;

    protected override Task ExecuteAsync(CancellationToken stoppingToken) => keys.Current is { } key
        ? Repeat.EveryAsync(
            options.Value.SealInterval, () => TrySealAsync(key, stoppingToken), clock, stoppingToken, FirstDelay)
        : Task.CompletedTask;

    /// <summary>
    /// Seals all that waits, a block after the other, so that other writers get their turn in between.
    /// </summary>
    public async Task SealAsync(AuditKey key, CancellationToken cancellationToken)
    {
        while (await SealBlockAsync(key, cancellationToken) == AuditEntries.MaxCount)
        {
        }
    }

    /// <summary>One round.</summary>
    public async Task TrySealAsync(AuditKey key, CancellationToken cancellationToken)
    {
        try
        {
            await SealAsync(key, cancellationToken);
            if (_isFailing)
            {
                _isFailing = false;
                Log.SealedAgain(logger);
            }
        }
        catch (Exception failure) when (
            failure is DbException or FileFormatException or KeyStoreException
            || storage.Classify(failure) != StorageFault.None)
        {
            // Told once and not each second. The records wait, and the service goes on: they were written as they
            // should.
            if (!_isFailing)
            {
                _isFailing = true;
                Log.SealFailed(logger, failure);
            }
        }
    }

    /// <returns>How many records were sealed; 0 also when another came first, who has sealed them.</returns>
    private async Task<int> SealBlockAsync(AuditKey key, CancellationToken cancellationToken)
    {
        var (last, records) = await ReadAsync(cancellationToken);
        if (records.Count == 0)
        {
            return 0;
        }

        var block = Make(key, last is null ? null : AuditBlockFile.Read(last), records);
        var ids = records.Select(record => record.Id).ToList();
        try
        {
            await writer.RunOnceAsync(
                async (db, token) =>
                {
                    await db.SealAsync(block, ids, token);
                    return true;
                },
                cancellationToken);
        }
        catch (StaleReadException)
        {
            Log.Beaten(logger);
            return 0;
        }

        Log.Sealed(logger, records.Count, block.Number);
        return records.Count;
    }

    private async Task<(byte[]? Last, IReadOnlyList<AuditRecord> Records)> ReadAsync(CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var records = await db.ListUnsealedAsync(AuditEntries.MaxCount, cancellationToken);
        return (records.Count == 0 ? null : await db.FindLastBlockAsync(cancellationToken), records);
    }

    private SealedBlock Make(AuditKey key, AuditBlockFile? last, IReadOnlyList<AuditRecord> records)
    {
        var now = clock.GetUtcNow();
        key.RequireValidAt(now);
        var entries = AuditEntries.Of([.. records.Select(record => record.ToForm())]);
        var block = new AuditBlockClaims
        {
            Issuer = files.Value.Issuer!,
            Number = (last?.Block.Number ?? 0) + 1,
            SealTime = now,
            Previous = last?.ContentHash ?? AuditBlockClaims.NoHash,
            Root = entries.Root(),
            Count = entries.Count,
            Total = (last?.Block.Total ?? 0) + entries.Count,
        };

        // The key's certificate only where the key changes: it would be most of a block.
        var certificate = last?.KeyId == key.KeyId ? ReadOnlySpan<byte>.Empty : key.Certificate.RawDataMemory.Span;
        var content = AuditBlockFile.Write(block, key.KeyId, certificate, key.Sign);
        return SealedBlock.Create(block.Number, content, entries.Bytes);
    }
}
