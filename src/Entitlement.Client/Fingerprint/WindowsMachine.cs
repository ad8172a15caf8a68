using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using Entitlement.Formats;
using Microsoft.Win32;

namespace Entitlement.Client.Fingerprint;

/// <summary>
/// Reads a Windows machine: SMBIOS by GetSystemFirmwareTable, MachineGuid and the processor from the registry, network
/// cards by GetIfTable2, disks by IOCTL_STORAGE_QUERY_PROPERTY. None of it needs an administrator. A TPM is left out.
/// </summary>
[SupportedOSPlatform("windows")]
internal static class WindowsMachine
{
    /// <summary>RawSMBIOSData: four single bytes and the length stand before the table.</summary>
    private const int SmbiosHeaderLength = 8;

    /// <summary>The signature 'RSMB' as GetSystemFirmwareTable takes it.</summary>
    private const uint RawSmbios = 0x52534D42;

    private static readonly string[] ProcessorNames = ["VendorIdentifier", "Identifier", "ProcessorNameString"];

    public static IEnumerable<MachineValue> Read() =>
        [.. Cpu(), .. Board(), .. OperatingSystemId(), .. WindowsNetworkCards.Read(), .. WindowsDisks.Read()];

    internal static IEnumerable<MachineValue> Board(Smbios smbios)
    {
        var maker = MachineValue.Normalize($"{smbios.Maker} {smbios.Product}");
        var isVirtual = LinuxPlace.NamesHypervisor(maker);
        yield return new MachineValue(isVirtual ? MachineComponentKind.Vm : MachineComponentKind.Board, smbios.Uuid);
        foreach (var serial in isVirtual ? [] : smbios.Serials)
        {
            yield return new MachineValue(MachineComponentKind.Board, serial);
        }
    }

    private static IEnumerable<MachineValue> Board()
    {
        var length = GetSystemFirmwareTable(RawSmbios, 0, null, 0);
        var table = new byte[length];
        return length > SmbiosHeaderLength && GetSystemFirmwareTable(RawSmbios, 0, table, length) == length
            ? Board(Smbios.Parse(table.AsSpan(SmbiosHeaderLength)))
            : [];
    }

    private static IEnumerable<MachineValue> Cpu()
    {
        using var key = Registry.LocalMachine.OpenSubKey(@"HARDWARE\DESCRIPTION\System\CentralProcessor\0");
        var texts = ProcessorNames.Select(name => key?.GetValue(name));
        return [new MachineValue(MachineComponentKind.Cpu, string.Join(' ', texts))];
    }

    private static IEnumerable<MachineValue> OperatingSystemId()
    {
        // The 64-bit view, so that a 32-bit product reads the same.
        using var machine = RegistryKey.OpenBaseKey(RegistryHive.LocalMachine, RegistryView.Registry64);
        using var key = machine.OpenSubKey(@"SOFTWARE\Microsoft\Cryptography");
        return key?.GetValue("MachineGuid") is string id ? [new MachineValue(MachineComponentKind.Os, id)] : [];
    }

    [DllImport("kernel32.dll", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    private static extern uint GetSystemFirmwareTable(uint provider, uint table, byte[]? buffer, uint size);
}
