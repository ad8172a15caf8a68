using System.Text;
using Entitlement.Formats;

namespace Entitlement.Client.Fingerprint;

/// <summary>Serial numbers of built-in disks: of each the first that it tells, in a fixed order of sources.</summary>
internal static class LinuxDisks
{
    private const int PageHeaderLength = 4;

    private static readonly string[] Sources = ["serial", "device/serial", "wwid", "device/wwid", "device/cid"];

    /// <summary>Names by the device's identity; others name a partition's content or a place.</summary>
    private static readonly string[] Buses = ["nvme-", "ata-", "scsi-", "wwn-", "mmc-", "virtio-"];

    public static IEnumerable<MachineValue> Read(FileTree files)
    {
        foreach (var name in files.List("/sys/block"))
        {
            var path = $"/sys/block/{name}";
            var place = files.LinkText(path);
            var isBuiltIn = !place.Contains("/virtual/", StringComparison.Ordinal)
                && !place.Contains("/usb", StringComparison.Ordinal)
                && files.Read($"{path}/removable").Trim() != "1";
            if (isBuiltIn)
            {
                yield return new MachineValue(MachineComponentKind.Disk, Serial(files, path, name));
            }
        }
    }

    private static string Serial(FileTree files, string path, string name) =>
        Sources.Select(source => files.Read($"{path}/{source}"))
            .Append(UnitSerialNumber(files.ReadBytes($"{path}/device/vpd_pg80")))
            .Append(NameById(files, name))
            .FirstOrDefault(text => !JunkValues.IsJunk(MachineValue.Normalize(text)), "");

    /// <summary>SCSI's page 80h: the length stands in bytes 2 and 3, the number behind them.</summary>
    private static string UnitSerialNumber(byte[] page) =>
        page.Length > PageHeaderLength && (page[2] << 8 | page[3]) is var length
            && page.Length >= PageHeaderLength + length
            ? Encoding.ASCII.GetString(page, PageHeaderLength, length)
            : "";

    private static string NameById(FileTree files, string name) =>
        files.List("/dev/disk/by-id").FirstOrDefault(link =>
            Buses.Any(bus => link.StartsWith(bus, StringComparison.Ordinal))
            && files.LinkText($"/dev/disk/by-id/{link}").EndsWith($"/{name}", StringComparison.Ordinal), "");
}
