using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Text;

namespace Entitlement.Server.Access.Cache.Shared;

/// <summary>
/// Reads a content from its beginning to its end. It never throws and never believes a length: whatever does not fit is
/// noticed, and from then on everything is nothing.
/// </summary>
internal ref struct ContentReader(ReadOnlySpan<byte> content)
{
    private const int GuidLength = 16;

    private ReadOnlySpan<byte> _rest = content;
    private bool _isBroken;

    /// <summary>Whether all of it was read, and everything did fit.</summary>
    public readonly bool IsWhole => !_isBroken && _rest.IsEmpty;

    public byte Byte() => Take(1) is [var value] ? value : (byte)0;

    public bool Bool()
    {
        var value = Byte();
        _isBroken |= value > 1;
        return value == 1;
    }

    public long Int64() =>
        Take(sizeof(long)) is { IsEmpty: false } bytes ? BinaryPrimitives.ReadInt64LittleEndian(bytes) : 0;

    public Guid Guid() => Take(GuidLength) is { IsEmpty: false } bytes ? new Guid(bytes) : default;

    public Guid? MaybeGuid() => Bool() ? Guid() : null;

    /// <summary>UTC, in ticks.</summary>
    public DateTimeOffset? MaybeTime()
    {
        if (!Bool())
        {
            return null;
        }

        var ticks = Int64();
        if (ticks < DateTimeOffset.MinValue.Ticks || ticks > DateTimeOffset.MaxValue.Ticks)
        {
            _isBroken = true;
            return null;
        }

        return new DateTimeOffset(ticks, TimeSpan.Zero);
    }

    /// <summary>A member of an enum that has a name.</summary>
    public T Enum<T>()
        where T : struct, Enum
    {
        var value = (T)System.Enum.ToObject(typeof(T), Byte());
        _isBroken |= !System.Enum.IsDefined(value);
        return value;
    }

    public string Text()
    {
        var bytes = Take(Count(itemLength: 1));
        return _isBroken ? "" : Encoding.UTF8.GetString(bytes);
    }

    public ImmutableArray<byte> Bytes(int length) => [.. Take(length)];

    /// <summary>How many items follow, each of which takes so many bytes at least.</summary>
    public int Count(int itemLength)
    {
        var bytes = Take(sizeof(int));
        var count = bytes.IsEmpty ? 0 : BinaryPrimitives.ReadInt32LittleEndian(bytes);
        if (count < 0 || count > _rest.Length / itemLength)
        {
            _isBroken = true;
            return 0;
        }

        return count;
    }

    public ImmutableArray<Guid> Guids()
    {
        var ids = new Guid[Count(GuidLength)];
        for (var i = 0; i < ids.Length; i++)
        {
            ids[i] = Guid();
        }

        return [.. ids];
    }

    public ImmutableArray<string> Texts()
    {
        var texts = new string[Count(sizeof(int))];
        for (var i = 0; i < texts.Length; i++)
        {
            texts[i] = Text();
        }

        return [.. texts];
    }

    /// <summary>One of what was read before.</summary>
    public T OneOf<T>(ImmutableArray<T> list, T otherwise)
    {
        var index = Int64();
        if (index >= 0 && index < list.Length)
        {
            return list[(int)index];
        }

        _isBroken = true;
        return otherwise;
    }

    private ReadOnlySpan<byte> Take(int length)
    {
        if (_isBroken || length > _rest.Length)
        {
            _isBroken = true;
            return [];
        }

        var taken = _rest[..length];
        _rest = _rest[length..];
        return taken;
    }
}
