using System.Numerics;
using System.Security.Cryptography;

namespace Entitlement.Formats.Audit;

/// <summary>
/// The Merkle tree of RFC 9162 §2.1.1 over SHA-256: a leaf is hashed behind a byte 0 and a node behind a byte 1, so
/// that no leaf can pass for a node, and a list is divided at the largest power of two below its length.
/// </summary>
public static class MerkleTree
{
    /// <summary>Bytes of a hash.</summary>
    public const int HashLength = SHA256.HashSizeInBytes;

    private const byte LeafMark = 0;
    private const byte NodeMark = 1;

    /// <summary>The root over leaves that stand one behind the other.</summary>
    /// <param name="leaves">Their bytes; none gives the hash of nothing.</param>
    /// <param name="leafLength">Bytes of each leaf; at least 1.</param>
    /// <exception cref="ArgumentException">The last leaf is not whole.</exception>
    public static byte[] RootOf(ReadOnlySpan<byte> leaves, int leafLength)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(leafLength, 1);
        if (leaves.Length % leafLength != 0)
        {
            throw new ArgumentException($"The leaves must be a multiple of {leafLength} bytes.", nameof(leaves));
        }

        return leaves.IsEmpty ? SHA256.HashData([]) : HashOf(leaves, leafLength);
    }

    private static byte[] HashOf(ReadOnlySpan<byte> leaves, int leafLength)
    {
        var count = leaves.Length / leafLength;
        if (count == 1)
        {
            return SHA256.HashData([LeafMark, .. leaves]);
        }

        var left = (int)BitOperations.RoundUpToPowerOf2((uint)count) / 2 * leafLength;
        return SHA256.HashData([NodeMark, .. HashOf(leaves[..left], leafLength), .. HashOf(leaves[left..], leafLength)]);
    }
}
