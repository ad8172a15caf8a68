using Entitlement.Formats;

namespace Entitlement.Client.Fingerprint;

/// <summary>Permanent addresses of built-in network cards.</summary>
internal static class LinuxNetworkCards
{
    /// <summary>Ethernet and what looks like it, wireless cards too (ARPHRD_ETHER of the kernel).</summary>
    private const string Ethernet = "1";

    /// <summary>NET_ADDR_PERM: the address is the card's own, neither random nor set nor borrowed.</summary>
    private const string Permanent = "0";

    public static IEnumerable<MachineValue> Read(FileTree files)
    {
        foreach (var name in files.List("/sys/class/net"))
        {
            var path = $"/sys/class/net/{name}";
            var place = files.LinkText(path);
            var isBuiltIn = !place.Contains("/virtual/", StringComparison.Ordinal)
                && !place.Contains("/usb", StringComparison.Ordinal)
                && files.Exists($"{path}/device")
                && files.Read($"{path}/type").Trim() == Ethernet;
            if (isBuiltIn && NetworkAddress.IsOfMaker(Address(files, path)))
            {
                yield return new MachineValue(MachineComponentKind.Mac, Address(files, path));
            }
        }
    }

    /// <summary>A card in a bond bears the bond's address; its own stands beside it.</summary>
    private static string Address(FileTree files, string path)
    {
        var own = files.Read($"{path}/bonding_slave/perm_hwaddr").Trim();
        if (own.Length > 0)
        {
            return own;
        }

        return files.Read($"{path}/addr_assign_type").Trim() == Permanent ? files.Read($"{path}/address").Trim() : "";
    }
}
