namespace Entitlement.Formats.Audit;

/// <summary>
/// The records of one block in order of their ids: of each the id (16 bytes, in the order of its text) and the hash of
/// <see cref="AuditRecordForm"/> (32 bytes). Each entry is a leaf of the block's Merkle tree, so that the root vouches
/// for this list, and the list says which record is gone or altered.
/// </summary>
public sealed class AuditEntries
{
    /// <summary>The most records that a block holds.</summary>
    public const int MaxCount = 512;

    private const int IdLength = 16;
    private const int EntryLength = IdLength + MerkleTree.HashLength;

    private AuditEntries(byte[] bytes) => Bytes = bytes;

    /// <summary>The entries one behind the other.</summary>
    public byte[] Bytes { get; }

    public int Count => Bytes.Length / EntryLength;

    /// <param name="records">1 to <see cref="MaxCount"/> records in rising order of their ids.</param>
    public static AuditEntries Of(IReadOnlyCollection<AuditRecordForm> records)
    {
        var bytes = new byte[records.Count * EntryLength];
        var entry = bytes.AsSpan();
        foreach (var record in records)
        {
            record.Id.TryWriteBytes(entry, bigEndian: true, out _);
            record.Hash().CopyTo(entry[IdLength..]);
            entry = entry[EntryLength..];
        }

        return Read(bytes);
    }

    /// <exception cref="FileFormatException">They are not whole entries, none, too many, or not in order.</exception>
    public static AuditEntries Read(byte[] bytes)
    {
        if (bytes.Length is 0 or > MaxCount * EntryLength || bytes.Length % EntryLength != 0)
        {
            throw Refuse(FileFormatCode.TooLarge, $"must be 1 to {MaxCount} entries of {EntryLength} bytes");
        }

        var entries = new AuditEntries(bytes);
        for (var i = 1; i < entries.Count; i++)
        {
            if (entries.Id(i - 1) >= entries.Id(i))
            {
                throw Refuse(FileFormatCode.NotSorted, "must stand in rising order of their ids, each once");
            }
        }

        return entries;
    }

    public Guid Id(int index) => new(Bytes.AsSpan(index * EntryLength, IdLength), bigEndian: true);

    /// <summary>What the record hashes to, 32 bytes.</summary>
    public ReadOnlySpan<byte> Hash(int index) =>
        Bytes.AsSpan((index * EntryLength) + IdLength, MerkleTree.HashLength);

    public byte[] Root() => MerkleTree.RootOf(Bytes, EntryLength);

    private static FileFormatException Refuse(FileFormatCode code, string rule) =>
        new(code, "entries", rule, "Restore the audit trail from a backup.");
}
