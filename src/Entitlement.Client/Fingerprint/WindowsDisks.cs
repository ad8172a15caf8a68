using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using System.Text;
using Entitlement.Formats;
using Microsoft.Win32.SafeHandles;

namespace Entitlement.Client.Fingerprint;

/// <summary>Serial numbers of built-in disks, from STORAGE_DEVICE_DESCRIPTOR (winioctl.h).</summary>
internal static class WindowsDisks
{
    private const int MostDisks = 16;
    private const int DescriptorLength = 1024;
    private const int RemovableOffset = 10;
    private const int SerialOffset = 24;
    private const int BusOffset = 28;
    private const int BusUsb = 7;
    private const uint QueryProperty = 0x2D1400;
    private const uint ShareReadWrite = 3;
    private const uint OpenExisting = 3;

    [SupportedOSPlatform("windows")]
    public static IEnumerable<MachineValue> Read()
    {
        for (var number = 0; number < MostDisks; number++)
        {
            // No access is asked for: enough for this question, and open to every account.
            using var disk = CreateFile($@"\\.\PhysicalDrive{number}", 0, ShareReadWrite, 0, OpenExisting, 0, 0);
            var descriptor = new byte[DescriptorLength];

            // STORAGE_PROPERTY_QUERY of zeros: StorageDeviceProperty, PropertyStandardQuery.
            var query = new byte[12];
            if (!disk.IsInvalid
                && DeviceIoControl(disk, QueryProperty, query, query.Length, descriptor, descriptor.Length, out _, 0))
            {
                yield return new MachineValue(MachineComponentKind.Disk, Parse(descriptor));
            }
        }
    }

    /// <summary>Empty for a disk that can be taken out and for one that tells no number.</summary>
    internal static string Parse(ReadOnlySpan<byte> descriptor)
    {
        var offset = BinaryPrimitives.ReadInt32LittleEndian(descriptor[SerialOffset..]);
        var isBuiltIn = descriptor[RemovableOffset] == 0
            && BinaryPrimitives.ReadInt32LittleEndian(descriptor[BusOffset..]) != BusUsb;
        if (!isBuiltIn || offset <= 0 || offset >= descriptor.Length)
        {
            return "";
        }

        var text = descriptor[offset..];
        return Encoding.ASCII.GetString(text.IndexOf((byte)0) is var end and >= 0 ? text[..end] : text);
    }

    [DllImport("kernel32.dll", SetLastError = true, CharSet = CharSet.Unicode, EntryPoint = "CreateFileW")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    private static extern SafeFileHandle CreateFile(
        string name, uint access, uint share, nint security, uint disposition, uint flags, nint template);

    [DllImport("kernel32.dll", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    [return: MarshalAs(UnmanagedType.Bool)]
    private static extern bool DeviceIoControl(
        SafeFileHandle device, uint code, byte[] input, int inputLength, byte[] output, int outputLength,
        out int returned, nint overlapped);
}
