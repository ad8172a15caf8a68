using System.Buffers.Binary;
using System.Text;

namespace Entitlement.Client.Fingerprint;

/// <summary>The system, board and chassis of an SMBIOS table (DMTF DSP0134, types 1, 2 and 3).</summary>
internal sealed record Smbios(string Maker, string Product, string Uuid, IReadOnlyList<string> Serials)
{
    private const byte System = 1;
    private const byte Board = 2;
    private const byte Chassis = 3;
    private const int HeaderLength = 4;
    private const int UuidOffset = 8;
    private const int UuidLength = 16;

    /// <param name="table">
    /// The structures one after another. A table that ends early gives what stands before its end.
    /// </param>
    public static Smbios Parse(ReadOnlySpan<byte> table)
    {
        string maker = "", product = "", uuid = "";
        var serials = new List<string>();
        while (table.Length > HeaderLength && table[1] >= HeaderLength && table[1] <= table.Length)
        {
            var type = table[0];
            var fixedPart = table[..table[1]];
            var strings = ReadStrings(table[table[1]..], out var rest);
            switch (type)
            {
                case System:
                    maker = Text(fixedPart, strings, 4);
                    product = Text(fixedPart, strings, 5);
                    serials.Add(Text(fixedPart, strings, 7));
                    uuid = fixedPart.Length >= UuidOffset + UuidLength
                        ? ReadUuid(fixedPart.Slice(UuidOffset, UuidLength)) : "";
                    break;
                case Board or Chassis:
                    serials.Add(Text(fixedPart, strings, 7));
                    break;
            }

            table = rest;
        }

        return new Smbios(maker, product, uuid, serials);
    }

    /// <summary>A structure's strings end with a zero each, all of them with one more.</summary>
    private static List<string> ReadStrings(ReadOnlySpan<byte> table, out ReadOnlySpan<byte> rest)
    {
        var strings = new List<string>();
        while (table.IndexOf((byte)0) is var end and > 0)
        {
            strings.Add(Encoding.ASCII.GetString(table[..end]));
            table = table[(end + 1)..];
        }

        var zeros = strings.Count > 0 ? 1 : 2;
        rest = table.Length > zeros ? table[zeros..] : [];
        return strings;
    }

    private static string Text(ReadOnlySpan<byte> fixedPart, List<string> strings, int offset) =>
        offset < fixedPart.Length && fixedPart[offset] is var number and > 0 && number <= strings.Count
            ? strings[number - 1] : "";

    /// <summary>The first three fields are little-endian since SMBIOS 2.6, as Linux shows them too.</summary>
    private static string ReadUuid(ReadOnlySpan<byte> bytes) => new Guid(
        BinaryPrimitives.ReadUInt32LittleEndian(bytes), BinaryPrimitives.ReadUInt16LittleEndian(bytes[4..]),
        BinaryPrimitives.ReadUInt16LittleEndian(bytes[6..]), bytes[8], bytes[9], bytes[10], bytes[11], bytes[12],
        bytes[13], bytes[14], bytes[15]).ToString();
}
