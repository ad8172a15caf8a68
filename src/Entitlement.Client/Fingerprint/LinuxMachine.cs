using Entitlement.Formats;

namespace Entitlement.Client.Fingerprint;

/// <summary>
/// Reads a Linux machine from sysfs, procfs and /etc. Some files of DMI are readable by root alone; what cannot be read
/// is left out, so a product should always run with the same rights.
/// </summary>
/// <remarks>
/// Not read: the permanent address of a card whose address was changed (it needs an ioctl), and the endorsement key
/// of a TPM 2.0 (it needs commands to the device); of a TPM 1.2 it is in sysfs.
/// </remarks>
internal static class LinuxMachine
{
    private const string Dmi = "/sys/class/dmi/id/";

    private static readonly string[] BoardSerials = ["board_serial", "product_serial", "chassis_serial"];

    private static readonly string[] DeviceTrees =
        ["/proc/device-tree/serial-number", "/sys/firmware/devicetree/base/serial-number"];

    public static IEnumerable<MachineValue> Read(FileTree files, Func<string, string?> environment)
    {
        var place = LinuxPlace.Of(files, environment);
        if (place == LinuxPlace.Kind.Kubernetes)
        {
            return [];
        }

        var values = Cpu(files).Concat(Board(files)).Concat(LinuxDisks.Read(files)).Concat(Tpm(files));
        return place == LinuxPlace.Kind.Container
            ? values
            : values.Concat(LinuxNetworkCards.Read(files)).Concat(OperatingSystemId(files));
    }

    private static IEnumerable<MachineValue> Cpu(FileTree files)
    {
        var lines = files.Read("/proc/cpuinfo").Split('\n')
            .Select(line => line.Split(':', 2, StringSplitOptions.TrimEntries))
            .Where(parts => parts.Length == 2)
            .ToLookup(parts => parts[0], parts => parts[1], StringComparer.Ordinal);
        string[] names = lines.Contains("vendor_id")
            ? ["vendor_id", "cpu family", "model", "model name"]
            : ["CPU implementer", "CPU architecture", "CPU variant", "CPU part"];
        var text = string.Join(' ', names.Select(name => lines[name].FirstOrDefault() ?? ""));
        return text.Trim().Length > 0 ? [new MachineValue(MachineComponentKind.Cpu, text)] : [];
    }

    /// <summary>In a virtual machine the system's UUID is the hypervisor's, else the board's.</summary>
    private static IEnumerable<MachineValue> Board(FileTree files)
    {
        var isVirtual = LinuxPlace.IsVirtualMachine(files);
        var uuidKind = isVirtual ? MachineComponentKind.Vm : MachineComponentKind.Board;
        yield return new MachineValue(uuidKind, files.Read(Dmi + "product_uuid"));
        if (isVirtual)
        {
            yield return new MachineValue(MachineComponentKind.Vm, files.Read("/sys/hypervisor/uuid"));

            // Where the UUID is root's alone: the cloud's name of the instance, as its agent left it.
            yield return new MachineValue(MachineComponentKind.Vm, files.Read("/var/lib/cloud/data/instance-id"));
            yield break;
        }

        foreach (var path in BoardSerials.Select(name => Dmi + name).Concat(DeviceTrees))
        {
            yield return new MachineValue(MachineComponentKind.Board, files.Read(path));
        }
    }

    private static IEnumerable<MachineValue> Tpm(FileTree files) =>
        files.List("/sys/class/tpm").Select(name =>
            new MachineValue(MachineComponentKind.Tpm, files.Read($"/sys/class/tpm/{name}/device/pubek")));

    private static IEnumerable<MachineValue> OperatingSystemId(FileTree files)
    {
        var id = files.Read("/etc/machine-id");
        var text = id.Trim().Length > 0 ? id : files.Read("/var/lib/dbus/machine-id");
        yield return new MachineValue(MachineComponentKind.Os, text);
    }
}
