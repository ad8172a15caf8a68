using System.Buffers.Binary;
using Entitlement.Domain.Audit;
using Entitlement.Domain.Errors;
using Entitlement.Domain.Names;
using Entitlement.Server.Paging;
using Entitlement.Storage;
using Microsoft.EntityFrameworkCore;

namespace Entitlement.Server.Audit;

/// <summary>Reads the audit trail page by page, each along a key or an index.</summary>
internal sealed class AuditReader(EntitlementDbContext db)
{
    /// <summary>
    /// Bytes that say where a row stands: block and record id; block; account, license and activation id.
    /// </summary>
    public const int RecordPosition = sizeof(long) + IdLength;

    /// <inheritdoc cref="RecordPosition"/>
    public const int BlockPosition = sizeof(long);

    /// <inheritdoc cref="RecordPosition"/>
    public const int ActivationPosition = 3 * IdLength;

    /// <summary>A block has 25 KiB when it is full, and a client usually takes 4 MiB.</summary>
    private const int MaxBlocksOnPage = 100;

    private const int IdLength = 16;

    /// <exception cref="EntitlementException">
    /// <see cref="FailureReason.NotFound"/>: there is no such account.
    /// </exception>
    public async Task<(IReadOnlyList<AuditRecord> Records, string NextPageToken)> ListRecordsAsync(
        AccountName account, AuditFilter filter, PageRequest page, CancellationToken cancellationToken)
    {
        var (_, id) = ReadRecordPosition(page);
        var rows = await filter.Apply(db.AuditRecords.Where(record => record.AccountId == account.AccountId && record.Id > id))
            .OrderBy(record => record.Id)
            .Take(page.Probe)
            .ToListAsync(cancellationToken);
        return rows.Count == 0 && !await db.Accounts.AnyAsync(row => row.Id == account.AccountId, cancellationToken)
            ? throw Refusal.NotFound($"{account}")
            : page.Cut(rows, PositionOf);
    }

    /// <summary>In the order of the trail: the rest of a block, then the blocks after it.</summary>
    public async Task<(IReadOnlyList<AuditRecord> Records, string NextPageToken)> ListAllRecordsAsync(
        AuditFilter filter, PageRequest page, CancellationToken cancellationToken)
    {
        var (block, id) = ReadRecordPosition(page);
        var rows = await filter.Apply(db.AuditRecords.Where(record => record.Block == block && record.Id > id))
            .OrderBy(record => record.Id)
            .Take(page.Probe)
            .ToListAsync(cancellationToken);
        rows.AddRange(await filter.Apply(db.AuditRecords.Where(record => record.Block > block))
            .OrderBy(record => record.Block)
            .ThenBy(record => record.Id)
            .Take(page.Probe - rows.Count)
            .ToListAsync(cancellationToken));
        return page.Cut(rows, PositionOf);
    }

    public async Task<(IReadOnlyList<SealedBlock> Blocks, string NextPageToken)> ListBlocksAsync(
        PageRequest page, CancellationToken cancellationToken)
    {
        var after = BinaryPrimitives.ReadInt64BigEndian(page.Position.Span);
        var rows = await db.AuditBlocks
            .Where(block => block.Number > after)
            .OrderBy(block => block.Number)
            .Take(Math.Min(page.Probe, MaxBlocksOnPage + 1))
            .ToListAsync(cancellationToken);
        return page.Cut(rows, block => Bytes(block.Number), MaxBlocksOnPage);
    }

    /// <summary>
    /// Each activation with its newest generation, in the order of the key: the rest of a license, then of an account.
    /// </summary>
    public async Task<(IReadOnlyList<(ActivationName Name, int Generation)> Rows, string NextPageToken)> ListGenerationsAsync(
        PageRequest page, CancellationToken cancellationToken)
    {
        var position = page.Position;
        var (account, license, activation) = (ReadId(position), ReadId(position[IdLength..]), ReadId(position[(2 * IdLength)..]));
        var ranges = new[]
        {
            db.Activations.Where(row => row.AccountId == account && row.LicenseId == license && row.Id > activation),
            db.Activations.Where(row => row.AccountId == account && row.LicenseId > license),
            db.Activations.Where(row => row.AccountId > account),
        };
        var rows = new List<(ActivationName Name, int Generation)>();
        foreach (var range in ranges)
        {
            var found = await range
                .Where(row => row.Generation > 0)
                .OrderBy(row => row.AccountId)
                .ThenBy(row => row.LicenseId)
                .ThenBy(row => row.Id)
                .Take(page.Probe - rows.Count)
                .Select(row => new { row.AccountId, row.LicenseId, row.Id, row.Generation })
                .ToListAsync(cancellationToken);
            rows.AddRange(found.Select(row => (new ActivationName(row.AccountId, row.LicenseId, row.Id), row.Generation)));
        }

        return page.Cut(rows, row => [.. Bytes(row.Name.AccountId), .. Bytes(row.Name.LicenseId), .. Bytes(row.Name.ActivationId)]);
    }

    private static (long Block, Guid Id) ReadRecordPosition(PageRequest page) => (
        BinaryPrimitives.ReadInt64BigEndian(page.Position.Span), ReadId(page.Position[sizeof(long)..]));

    private static byte[] PositionOf(AuditRecord record) => [.. Bytes(record.Block), .. Bytes(record.Id)];

    private static Guid ReadId(ReadOnlyMemory<byte> bytes) => new(bytes.Span[..IdLength], bigEndian: true);

    private static byte[] Bytes(Guid id) => id.ToByteArray(bigEndian: true);

    private static byte[] Bytes(long number)
    {
        var bytes = new byte[sizeof(long)];
        BinaryPrimitives.WriteInt64BigEndian(bytes, number);
        return bytes;
    }
}
