using System.Collections;

namespace Grpc.Core;

/// <summary>Headers or trailers of a call, in their order. A key may occur more than once.</summary>
public sealed partial class Metadata : IList<Metadata.Entry>
{
    /// <summary>How the key of an entry ends whose value is bytes.</summary>
    public const string BinaryHeaderSuffix = "-bin";

    /// <summary>No entries, and none can be added.</summary>
    public static readonly Metadata Empty = new(isReadOnly: true);

    private readonly List<Entry> _entries = [];

    /// <summary>Metadata that can be filled.</summary>
    public Metadata()
        : this(isReadOnly: false)
    {
    }

    private Metadata(bool isReadOnly) => IsReadOnly = isReadOnly;

    /// <inheritdoc />
    public int Count => _entries.Count;

    /// <inheritdoc />
    public bool IsReadOnly { get; }

    /// <inheritdoc />
    public Entry this[int index]
    {
        get => _entries[index];
        set
        {
            RequireWritable();
            _entries[index] = RequireEntry(value);
        }
    }

    /// <summary>All entries with this key, in their order.</summary>
    /// <param name="key">As an entry holds it: in lower case.</param>
    public IEnumerable<Entry> GetAll(string key) => _entries.Where(entry => HasKey(entry, key));

    /// <summary>The last entry with this key; null when there is none.</summary>
    /// <param name="key">As an entry holds it: in lower case.</param>
    public Entry? Get(string key) => _entries.FindLast(entry => HasKey(entry, key));

    /// <summary>The text of the last entry with this key; null when there is none.</summary>
    /// <param name="key">As an entry holds it: in lower case.</param>
    /// <exception cref="InvalidOperationException">The value of the entry is bytes.</exception>
    public string? GetValue(string key) => Get(key)?.Value;

    /// <summary>The bytes of the last entry with this key, those of its ASCII text if it holds text; null when there is none.</summary>
    /// <param name="key">As an entry holds it: in lower case.</param>
    public byte[]? GetValueBytes(string key) => Get(key)?.ValueBytes;

    /// <summary>Adds an entry with text.</summary>
    public void Add(string key, string value) => Add(new Entry(key, value));

    /// <summary>Adds an entry with bytes; the key ends in <see cref="BinaryHeaderSuffix"/>.</summary>
    public void Add(string key, byte[] valueBytes) => Add(new Entry(key, valueBytes));

    /// <inheritdoc />
    public void Add(Entry item)
    {
        RequireWritable();
        _entries.Add(RequireEntry(item));
    }

    /// <inheritdoc />
    public void Insert(int index, Entry item)
    {
        RequireWritable();
        _entries.Insert(index, RequireEntry(item));
    }

    /// <inheritdoc />
    public bool Remove(Entry item)
    {
        RequireWritable();
        return _entries.Remove(item);
    }

    /// <inheritdoc />
    public void RemoveAt(int index)
    {
        RequireWritable();
        _entries.RemoveAt(index);
    }

    /// <inheritdoc />
    public void Clear()
    {
        RequireWritable();
        _entries.Clear();
    }

    /// <inheritdoc />
    public bool Contains(Entry item) => _entries.Contains(item);

    /// <inheritdoc />
    public int IndexOf(Entry item) => _entries.IndexOf(item);

    /// <inheritdoc />
    public void CopyTo(Entry[] array, int arrayIndex) => _entries.CopyTo(array, arrayIndex);

    /// <inheritdoc />
    public IEnumerator<Entry> GetEnumerator() => _entries.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    private static bool HasKey(Entry entry, string key) => string.Equals(entry.Key, key, StringComparison.Ordinal);

    private static Entry RequireEntry(Entry item)
    {
        ArgumentNullException.ThrowIfNull(item);
        return item;
    }

    private void RequireWritable()
    {
        if (IsReadOnly)
        {
            throw new InvalidOperationException("This metadata is read-only.");
        }
    }
}
