using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using Entitlement.Formats;

namespace Entitlement.Client.Fingerprint;

/// <summary>Permanent addresses of the network cards in MIB_IF_TABLE2 (netioapi.h).</summary>
internal static class WindowsNetworkCards
{
    private const int RowLength = 1352;
    private const int FirstRow = 8;
    private const int LengthOffset = 1056;
    private const int PermanentAddressOffset = 1092;
    private const int TypeOffset = 1128;
    private const int FlagsOffset = 1152;
    private const int AddressLength = 6;
    private const uint Ethernet = 6;
    private const uint Wireless = 71;

    /// <summary>HardwareInterface is the first bit of the flags, FilterInterface the second.</summary>
    private const byte FlagsMask = 3;
    private const byte Hardware = 1;

    [SupportedOSPlatform("windows")]
    public static IEnumerable<MachineValue> Read()
    {
        if (GetIfTable2(out var table) != 0)
        {
            return [];
        }

        try
        {
            var rows = new byte[Marshal.ReadInt32(table) * RowLength];
            Marshal.Copy(table + FirstRow, rows, 0, rows.Length);
            return [.. Parse(rows)];
        }
        finally
        {
            FreeMibTable(table);
        }
    }

    /// <param name="rows">MIB_IF_ROW2 one after another.</param>
    internal static IEnumerable<MachineValue> Parse(byte[] rows)
    {
        for (var start = 0; start + RowLength <= rows.Length; start += RowLength)
        {
            var row = rows.AsSpan(start, RowLength);
            var address = NetworkAddress.ToText(row.Slice(PermanentAddressOffset, AddressLength));
            if (MemoryMarshal.Read<uint>(row[TypeOffset..]) is Ethernet or Wireless
                && MemoryMarshal.Read<uint>(row[LengthOffset..]) == AddressLength
                && (row[FlagsOffset] & FlagsMask) == Hardware
                && NetworkAddress.IsOfMaker(address))
            {
                yield return new MachineValue(MachineComponentKind.Mac, address);
            }
        }
    }

    [DllImport("iphlpapi.dll")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    private static extern uint GetIfTable2(out nint table);

    [DllImport("iphlpapi.dll")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    private static extern void FreeMibTable(nint table);
}
