using System.Buffers;
using System.Buffers.Binary;
using System.Text;

namespace Entitlement.Server.Access.Cache.Shared;

/// <summary>Writes what <see cref="ContentReader"/> reads: numbers little-endian, lists after their count.</summary>
internal sealed class ContentWriter
{
    private readonly ArrayBufferWriter<byte> _bytes = new();

    public int Length => _bytes.WrittenCount;

    public ReadOnlySpan<byte> Written => _bytes.WrittenSpan;

    public void Byte(byte value) => _bytes.Write([value]);

    public void Bool(bool value) => Byte(value ? (byte)1 : (byte)0);

    public void Int64(long value)
    {
        BinaryPrimitives.WriteInt64LittleEndian(_bytes.GetSpan(sizeof(long)), value);
        _bytes.Advance(sizeof(long));
    }

    public void Count(int value)
    {
        BinaryPrimitives.WriteInt32LittleEndian(_bytes.GetSpan(sizeof(int)), value);
        _bytes.Advance(sizeof(int));
    }

    public void Guid(Guid value)
    {
        value.TryWriteBytes(_bytes.GetSpan(16));
        _bytes.Advance(16);
    }

    public void MaybeGuid(Guid? value)
    {
        Bool(value is not null);
        if (value is { } id)
        {
            Guid(id);
        }
    }

    public void MaybeTime(DateTimeOffset? value)
    {
        Bool(value is not null);
        if (value is { } time)
        {
            Int64(time.UtcTicks);
        }
    }

    public void Text(string value)
    {
        Count(Encoding.UTF8.GetByteCount(value));
        Encoding.UTF8.GetBytes(value, _bytes);
    }

    public void Bytes(ReadOnlySpan<byte> value) => _bytes.Write(value);

    public void List<T>(IReadOnlyCollection<T> items, Action<T> write)
    {
        Count(items.Count);
        foreach (var item in items)
        {
            write(item);
        }
    }
}
