using System.Buffers;
using System.Buffers.Binary;
using System.Buffers.Text;
using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Entitlement.Formats;

/// <summary>
/// What a machine is known by: for each kind 1 to 16 hashes, sorted by their text in ordinal order, none twice. At
/// least one kind. A kind of two machines matches when one hash is common to both.
/// </summary>
public sealed class MachineComponents : IEquatable<MachineComponents>
{
    public const int MaxHashesOfAKind = 16;

    private static readonly MachineComponentKind[] AllKinds = Enum.GetValues<MachineComponentKind>();

    private static readonly string[] Names = ["cpu", "board", "disk", "mac", "os", "tpm", "vm"];

    private readonly ImmutableArray<string>[] _hashes;

    private MachineComponents(ImmutableArray<string>[] hashes, int kindCount)
    {
        _hashes = hashes;
        KindCount = kindCount;
    }

    /// <summary>How many kinds stand in the file: an N-of-M match can never ask for more.</summary>
    /// <remarks>Counts kinds that a later service added and this version does not know; those never match.</remarks>
    public int KindCount { get; }

    /// <summary>The kinds that are there, in the order of the enumeration.</summary>
    public IEnumerable<MachineComponentKind> Kinds => AllKinds.Where(kind => this[kind].Length > 0);

    /// <summary>The hashes of one kind; empty when the kind is not there.</summary>
    public ImmutableArray<string> this[MachineComponentKind kind] => _hashes[(int)kind];

    /// <summary>
    /// Sorts the hashes and leaves out what stands there twice; of more than 16 of a kind the first 16 stay.
    /// </summary>
    /// <param name="hashes">Made by <see cref="Hash"/>. At least one.</param>
    public static MachineComponents Create(IEnumerable<(MachineComponentKind Kind, string Hash)> hashes)
    {
        var sorted = Empty();
        foreach (var group in hashes.GroupBy(entry => entry.Kind, entry => entry.Hash))
        {
            sorted[(int)group.Key] =
                [.. group.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).Take(MaxHashesOfAKind)];
        }

        var count = sorted.Count(list => list.Length > 0);
        return count > 0
            ? new MachineComponents(sorted, count)
            : throw new ArgumentException("A machine needs at least one component.", nameof(hashes));
    }

    /// <summary>
    /// base64url(SHA-256(p(product code) p(kind) p(value))), where p(text) is the length of the text in UTF-8 as four
    /// bytes, most significant first, and then that UTF-8. So values do not match across products, and no two triples
    /// give the same bytes. They are pseudonyms: a short value can be found by trying all.
    /// </summary>
    /// <remarks>
    /// Test vector: product code <c>demo</c>, kind <c>mac</c>, value <c>00:1b:21:aa:bb:cc</c> gives
    /// <c>T_7b_juAohXZi2qA0VIUdbgcD1u3OigZBUVvu4aIg7I</c>.
    /// </remarks>
    /// <param name="value">In the normal form of its kind; see the makers of fingerprints.</param>
    public static string Hash(string productCode, MachineComponentKind kind, string value)
    {
        using var sha256 = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Span<byte> length = stackalloc byte[sizeof(int)];
        foreach (var text in (ReadOnlySpan<string>)[productCode, Name(kind), value])
        {
            var utf8 = Encoding.UTF8.GetBytes(text);
            BinaryPrimitives.WriteInt32BigEndian(length, utf8.Length);
            sha256.AppendData(length);
            sha256.AppendData(utf8);
        }

        return Base64Url.EncodeToString(sha256.GetHashAndReset());
    }

    /// <summary>The name of a kind in files: <c>cpu board disk mac os tpm vm</c>.</summary>
    public static string Name(MachineComponentKind kind) => Names[(int)kind];

    /// <summary>Whether one hash of the kind is common to both.</summary>
    public bool Matches(MachineComponentKind kind, MachineComponents other) => this[kind].Any(other[kind].Contains);

    /// <summary>How many kinds match.</summary>
    public int CountMatches(MachineComponents other) => AllKinds.Count(kind => Matches(kind, other));

    public bool Equals(MachineComponents? other) =>
        other is not null && AllKinds.All(kind => this[kind].SequenceEqual(other[kind]));

    public override bool Equals(object? obj) => Equals(obj as MachineComponents);

    public override int GetHashCode() =>
        AllKinds.SelectMany(kind => this[kind]).Aggregate(0, (code, hash) => HashCode.Combine(code, hash));

    /// <summary>The JSON object that stands in files: a member for each kind with its hashes.</summary>
    public string ToJson()
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer))
        {
            WriteValue(json);
        }

        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    /// <summary>Reads what <see cref="ToJson"/> wrote; kinds that are not known are passed over.</summary>
    /// <exception cref="FileFormatException">It breaks a rule.</exception>
    public static MachineComponents Parse(string json)
    {
        var reader = new StrictJsonReader(Encoding.UTF8.GetBytes(json), "components", "components.");
        var components = Read(ref reader, refuseUnknown: false);
        reader.End();
        return components;
    }

    internal static MachineComponents Read(ref StrictJsonReader json, bool refuseUnknown)
    {
        var hashes = Empty();
        var count = 0;
        json.BeginObject();
        while (json.NextMember(Names, out var name))
        {
            count++;
            if (name is not null)
            {
                hashes[Array.IndexOf(Names, name)] = ReadHashes(ref json);
            }
            else if (refuseUnknown)
            {
                json.RefuseUnknown();
            }
            else
            {
                json.SkipValue();
            }
        }

        return count > 0
            ? new MachineComponents(hashes, count)
            : throw json.Refuse(FileFormatCode.MissingMember, "must have at least one kind of component",
                "Collect the components again, with rights to read them.");
    }

    internal void Write(Utf8JsonWriter json)
    {
        json.WritePropertyName("components");
        WriteValue(json);
    }

    private void WriteValue(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        foreach (var kind in Kinds)
        {
            json.WriteStartArray(Name(kind));
            foreach (var hash in this[kind])
            {
                json.WriteStringValue(hash);
            }

            json.WriteEndArray();
        }

        json.WriteEndObject();
    }

    private static ImmutableArray<string> ReadHashes(ref StrictJsonReader json)
    {
        var hashes = ImmutableArray.CreateBuilder<string>();
        json.BeginArray();
        while (json.NextItem(MaxHashesOfAKind))
        {
            var hash = json.ReadBase64UrlOf32Bytes();
            if (hashes.Count > 0 && string.CompareOrdinal(hashes[^1], hash) >= 0)
            {
                throw json.Refuse(FileFormatCode.NotSorted, "must come after the hash before it in ordinal order",
                    "Sort the hashes of each kind and write each once.");
            }

            hashes.Add(hash);
        }

        return hashes.Count > 0
            ? hashes.DrainToImmutable()
            : throw json.Refuse(FileFormatCode.MissingMember, "must have at least one hash",
                "Leave out a kind that has none.");
    }

    private static ImmutableArray<string>[] Empty()
    {
        var lists = new ImmutableArray<string>[AllKinds.Length];
        Array.Fill(lists, []);
        return lists;
    }
}
