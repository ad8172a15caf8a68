namespace Entitlement.Domain.Audit;

/// <summary>A block of the audit trail, as it was signed.</summary>
public sealed class SealedBlock
{
    private SealedBlock()
    {
    }

    /// <summary>1 for the first, then always one more: of two that seal at once one finds its number taken.</summary>
    public long Number { get; private init; }

    /// <summary>The signed block, ASCII.</summary>
    public byte[] Content { get; private init; } = [];

    /// <summary>The ids and hashes of its records, for which the block's Merkle root vouches.</summary>
    public byte[] Entries { get; private init; } = [];

    public static SealedBlock Create(long number, byte[] content, byte[] entries) =>
        new() { Number = number, Content = content, Entries = entries };
}
