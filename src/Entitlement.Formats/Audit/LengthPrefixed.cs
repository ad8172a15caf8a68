using System.Buffers;
using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace Entitlement.Formats.Audit;

/// <summary>
/// Fields one behind the other, each with its length in four bytes, most significant first, so that no two lists of
/// fields give the same bytes.
/// </summary>
internal sealed class LengthPrefixed
{
    private readonly ArrayBufferWriter<byte> _bytes = new();

    public LengthPrefixed Add(string text) => Add(Encoding.UTF8.GetBytes(text));

    public LengthPrefixed Add(ReadOnlySpan<byte> field)
    {
        Span<byte> length = stackalloc byte[sizeof(int)];
        BinaryPrimitives.WriteInt32BigEndian(length, field.Length);
        _bytes.Write(length);
        _bytes.Write(field);
        return this;
    }

    public byte[] ToBytes() => _bytes.WrittenSpan.ToArray();

    public byte[] Hash() => SHA256.HashData(_bytes.WrittenSpan);
}
