namespace Entitlement.Formats.Audit;

/// <summary>The claims of a block of the audit trail.</summary>
public sealed record AuditBlockClaims
{
    /// <summary>What stands before the first block in the place of a hash: 32 bytes of zero.</summary>
    public static readonly ReadOnlyMemory<byte> NoHash = new byte[MerkleTree.HashLength];

    /// <summary><c>iss</c>: the service that sealed it. 1 to 256 characters.</summary>
    public required string Issuer { get; init; }

    /// <summary><c>number</c>: 1 for the first, then always one more.</summary>
    public required long Number { get; init; }

    /// <summary>
    /// <c>iat</c>: when it was sealed by the clock of the service, in whole seconds. Only the number orders.
    /// </summary>
    public required DateTimeOffset SealTime { get; init; }

    /// <summary>
    /// <c>previous</c>: SHA-256 of the signing input of the block before; <see cref="NoHash"/> for the first.
    /// </summary>
    public required ReadOnlyMemory<byte> Previous { get; init; }

    /// <summary><c>root</c>: Merkle root over the <see cref="AuditEntries"/>. 32 bytes.</summary>
    public required ReadOnlyMemory<byte> Root { get; init; }

    /// <summary><c>count</c>: how many records it holds: 1 to <see cref="AuditEntries.MaxCount"/>.</summary>
    public required int Count { get; init; }

    /// <summary><c>total</c>: how many records all blocks up to this one hold.</summary>
    public required long Total { get; init; }
}
