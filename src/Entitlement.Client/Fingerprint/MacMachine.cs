using System.Net.NetworkInformation;
using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using System.Text;
using Entitlement.Formats;

namespace Entitlement.Client.Fingerprint;

/// <summary>
/// Reads a Mac: serial number and UUID of the platform from IOKit, the processor by sysctl, the address of the first
/// built-in network card. The system has no id of its own that is open to programs, so <c>os</c> is the installation's.
/// </summary>
[SupportedOSPlatform("macos")]
internal static class MacMachine
{
    private const string IOKit = "/System/Library/Frameworks/IOKit.framework/IOKit";
    private const string CoreFoundation = "/System/Library/Frameworks/CoreFoundation.framework/CoreFoundation";
    private const string SystemLibrary = "/usr/lib/libSystem.dylib";
    private const uint Utf8 = 0x08000100;
    private const int MostBytes = 256;

    public static IEnumerable<MachineValue> Read() =>
    [
        new(MachineComponentKind.Cpu, Processor()),
        new(MachineComponentKind.Board, PlatformProperty("IOPlatformSerialNumber")),
        new(MachineComponentKind.Board, PlatformProperty("IOPlatformUUID")),
        .. NetworkInterface.GetAllNetworkInterfaces()
            .Where(card => card.Name == "en0")
            .Select(card => NetworkAddress.ToText(card.GetPhysicalAddress().GetAddressBytes()))
            .Where(NetworkAddress.IsOfMaker)
            .Select(address => new MachineValue(MachineComponentKind.Mac, address)),
    ];

    private static string Processor()
    {
        var text = new byte[MostBytes];
        nint length = text.Length;
        return sysctlbyname("machdep.cpu.brand_string", text, ref length, 0, 0) == 0
            ? Encoding.UTF8.GetString(text, 0, (int)length)
            : "";
    }

    private static string PlatformProperty(string name)
    {
        var service = IOServiceGetMatchingService(0, IOServiceMatching("IOPlatformExpertDevice"));
        var key = CFStringCreateWithCString(0, name, Utf8);
        var value = service == 0 ? 0 : IORegistryEntryCreateCFProperty(service, key, 0, 0);
        var text = new byte[MostBytes];
        var isRead = value != 0 && CFStringGetCString(value, text, text.Length, Utf8) != 0;
        Release(key);
        Release(value);
        if (service != 0)
        {
            _ = IOObjectRelease(service);
        }

        return isRead ? Encoding.UTF8.GetString(text, 0, Array.IndexOf(text, (byte)0)) : "";
    }

    private static void Release(nint reference)
    {
        if (reference != 0)
        {
            CFRelease(reference);
        }
    }

    [DllImport(IOKit)]
    private static extern nint IOServiceMatching([MarshalAs(UnmanagedType.LPUTF8Str)] string name);

    [DllImport(IOKit)]
    private static extern uint IOServiceGetMatchingService(uint port, nint matching);

    [DllImport(IOKit)]
    private static extern nint IORegistryEntryCreateCFProperty(uint entry, nint key, nint allocator, uint options);

    [DllImport(IOKit)]
    private static extern int IOObjectRelease(uint service);

    [DllImport(CoreFoundation)]
    private static extern nint CFStringCreateWithCString(nint allocator,
        [MarshalAs(UnmanagedType.LPUTF8Str)] string text, uint encoding);

    [DllImport(CoreFoundation)]
    private static extern byte CFStringGetCString(nint text, byte[] buffer, nint size, uint encoding);

    [DllImport(CoreFoundation)]
    private static extern void CFRelease(nint reference);

    [DllImport(SystemLibrary)]
    private static extern int sysctlbyname(
        [MarshalAs(UnmanagedType.LPUTF8Str)] string name, byte[] value, ref nint length, nint newValue, nint newLength);
}
