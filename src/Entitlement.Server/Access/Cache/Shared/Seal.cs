using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace Entitlement.Server.Access.Cache.Shared;

/// <summary>What became of a value that was to be opened.</summary>
internal enum SealState
{
    /// <summary>One of our servers sealed it, under this name.</summary>
    Intact,

    /// <summary>
    /// Sealed by a key that is not known here: one that is newer, forgotten, or of another installation.
    /// </summary>
    UnknownKey,

    /// <summary>Altered, cut short, moved under another name, or never ours.</summary>
    Broken,
}

/// <summary>
/// The form of a value in Redis: the key's id (16 bytes), the version (8, big-endian), the content, and an HMAC-SHA-256
/// over name, schema, version and content.
/// </summary>
internal static class Seal
{
    /// <summary>
    /// Raised with every change of a content's form. It stands in the names and under the seal, so that servers of two
    /// releases that run side by side leave each other's values alone.
    /// </summary>
    public const int Schema = 2;

    /// <summary>
    /// Bytes of content at most; what is larger is cheaper to have from the database than twice over the network.
    /// </summary>
    public const int MaxContent = 1 << 20;

    /// <summary>Bytes of a value at most.</summary>
    public const int MaxLength = Overhead + MaxContent;

    private const int IdLength = 16;
    private const int VersionAt = IdLength;
    private const int ContentAt = VersionAt + sizeof(long);
    private const int Overhead = ContentAt + HMACSHA256.HashSizeInBytes;

    /// <summary>Keeps this use of the key apart from any other that may come.</summary>
    private static readonly byte[] Purpose = "entitlement.access.shared\0"u8.ToArray();

    /// <param name="key">The newest key.</param>
    /// <param name="name">The key or channel of Redis; the value is good under this name alone.</param>
    /// <param name="version">The version of the clock of access.</param>
    /// <param name="content">At most <see cref="MaxContent"/> bytes.</param>
    public static byte[] Close(CacheKey key, string name, long version, ReadOnlySpan<byte> content)
    {
        var value = new byte[Overhead + content.Length];
        key.Id.TryWriteBytes(value, bigEndian: true, out _);
        BinaryPrimitives.WriteInt64BigEndian(value.AsSpan(VersionAt), version);
        content.CopyTo(value.AsSpan(ContentAt));
        var end = ContentAt + content.Length;
        Compute(key, name, value.AsSpan(VersionAt..end), value.AsSpan(end));
        return value;
    }

    /// <param name="keys">The keys that are accepted.</param>
    /// <param name="name">Where the value was found.</param>
    /// <param name="value">Whatever was found there.</param>
    /// <param name="version">The version, when it is intact.</param>
    /// <param name="content">A part of <paramref name="value"/>, when it is intact.</param>
    public static SealState Open(
        CacheKeyRing keys, string name, ReadOnlyMemory<byte> value, out long version, out ReadOnlyMemory<byte> content)
    {
        (version, content) = (0, default);
        if (value.Length is < Overhead or > MaxLength)
        {
            return SealState.Broken;
        }

        if (keys.Find(new Guid(value.Span[..IdLength], bigEndian: true)) is not { } key)
        {
            return SealState.UnknownKey;
        }

        var end = value.Length - HMACSHA256.HashSizeInBytes;
        Span<byte> expected = stackalloc byte[HMACSHA256.HashSizeInBytes];
        Compute(key, name, value.Span[VersionAt..end], expected);
        if (!CryptographicOperations.FixedTimeEquals(expected, value.Span[end..]))
        {
            return SealState.Broken;
        }

        version = BinaryPrimitives.ReadInt64BigEndian(value.Span[VersionAt..]);
        content = value[ContentAt..end];
        return SealState.Intact;
    }

    private static void Compute(CacheKey key, string name, ReadOnlySpan<byte> versionAndContent, Span<byte> mac)
    {
        using var hash = IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, key.Secret);
        hash.AppendData(Purpose);
        var encoded = Encoding.UTF8.GetBytes(name);

        // With its length, so that no name can end where another's content begins.
        Span<byte> numbers = stackalloc byte[2 * sizeof(int)];
        BinaryPrimitives.WriteInt32BigEndian(numbers, Schema);
        BinaryPrimitives.WriteInt32BigEndian(numbers[sizeof(int)..], encoded.Length);
        hash.AppendData(numbers);
        hash.AppendData(encoded);
        hash.AppendData(versionAndContent);
        hash.GetHashAndReset(mac);
    }
}
