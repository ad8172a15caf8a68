namespace Entitlement.Client.Fingerprint;

/// <summary>Where a Linux process runs, by the marks that the runtimes leave.</summary>
internal static class LinuxPlace
{
    private static readonly string[] ControlGroups =
        ["/docker", "/kubepods", "/containerd", "/lxc", "/libpod", "/podman", "/crio"];

    private static readonly string[] Hypervisors =
    [
        "qemu", "kvm", "vmware", "virtualbox", "innotek", "xen", "virtual machine", "amazon ec2",
        "google compute engine", "openstack", "digitalocean", "parallels", "bochs", "bhyve", "alibaba cloud", "hetzner",
        "nutanix", "ovirt", "rhev",
    ];

    public enum Kind
    {
        Machine,
        Container,
        Kubernetes,
    }

    public static Kind Of(FileTree files, Func<string, string?> environment)
    {
        if (!string.IsNullOrEmpty(environment("KUBERNETES_SERVICE_HOST"))
            || files.Exists("/var/run/secrets/kubernetes.io/serviceaccount")
            || ControlGroup(files).Contains("/kubepods", StringComparison.Ordinal))
        {
            return Kind.Kubernetes;
        }

        return files.Exists("/.dockerenv")
            || files.Exists("/run/.containerenv")
            || files.Exists("/run/systemd/container")
            || ControlGroups.Any(name => ControlGroup(files).Contains(name, StringComparison.Ordinal))
                ? Kind.Container
                : Kind.Machine;
    }

    public static bool IsVirtualMachine(FileTree files)
    {
        string[] names = ["sys_vendor", "product_name", "board_vendor"];
        var texts = names.Select(name => files.Read($"/sys/class/dmi/id/{name}"));
        var maker = MachineValue.Normalize(string.Join(' ', texts));
        return NamesHypervisor(maker)
            || files.Exists("/sys/hypervisor/uuid")
            || files.Read("/proc/cpuinfo").Split('\n').Any(line =>
                line.StartsWith("flags", StringComparison.Ordinal)
                    && line.Contains(" hypervisor", StringComparison.Ordinal));
    }

    /// <param name="maker">Maker and product of the system, in normal form.</param>
    public static bool NamesHypervisor(string maker) =>
        Hypervisors.Any(name => maker.Contains(name, StringComparison.Ordinal));

    private static string ControlGroup(FileTree files) =>
        files.Read("/proc/1/cgroup") + files.Read("/proc/self/cgroup");
}
