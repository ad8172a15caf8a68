namespace Entitlement.Client.Tests.Fingerprint;

public sealed class LinuxMachineTests : IDisposable
{
    private const string CpuInfo =
        "processor\t: 0\nvendor_id\t: GenuineIntel\ncpu family\t: 6\nmodel\t\t: 167\n"
        + "model name\t: Intel(R) Core(TM) i7\nflags\t\t: fpu vme\n";

    private const string Cpu = "cpu genuineintel 6 167 intel(r) core(tm) i7";
    private const string MachineId = "3d1219c7c4c5404aaa1f6d2a48adfda4";
    private const string Uuid = "4C4C4544-0051-3610-8052-B4C04F4D4E31";

    private readonly MachineTree _machine = new();

    public void Dispose() => _machine.Dispose();

    [Fact]
    public void Reads_a_machine_of_metal()
    {
        BareMetal();

        Assert.Equal(
            [Cpu, $"board {Uuid.ToLowerInvariant()}", "board /7j3xk/cn129636/", "board 7j3xk", "disk s4evnf0m",
                "disk wd-wcc4", "mac 00:1b:21:aa:bb:cc", $"os {MachineId}"],
            _machine.Read());
    }

    [Fact]
    public void Leaves_out_what_makers_never_filled_in()
    {
        _machine.File("/sys/class/dmi/id/product_uuid", "03000200-0400-0500-0006-000700080009\n")
            .File("/sys/class/dmi/id/board_serial", "To be filled by O.E.M.\n")
            .File("/sys/class/dmi/id/product_serial", "Default string\n")
            .File("/sys/class/dmi/id/chassis_serial", "00000000\n")
            .File("/etc/machine-id", "uninitialized\n")
            .Disk("sda", "pci0/ata1", ("device/serial", "0000000000000000"), ("wwid", "None"));

        Assert.Empty(_machine.Read());
    }

    [Theory]
    [InlineData("None")]
    [InlineData("xxxxxxxxxxxx")]
    [InlineData("........")]
    [InlineData("0123456789")]
    [InlineData("System Serial Number")]
    [InlineData("Not Specified")]
    [InlineData("ffffffff-ffff-ffff-ffff-ffffffffffff")]
    [InlineData("00000000-0000-0000-0000-000000000000")]
    [InlineData("QM00001")]
    [InlineData(" 12 ")]
    public void Knows_junk(string serial)
    {
        _machine.File("/sys/class/dmi/id/board_serial", serial);

        Assert.Empty(_machine.Read());
    }

    [Fact]
    public void Goes_on_with_what_it_may_read()
    {
        BareMetal();
        _machine.Disk("sdb", "pci0/ata2", ("size", "1"))
            .Unreadable("/sys/class/dmi/id/chassis_serial")
            .Unreadable("/sys/devices/pci0/ata2/block/sdb/wwid");

        Assert.Contains(Cpu, _machine.Read());
    }

    [Fact]
    public void Gives_a_virtual_machine_the_hypervisors_identity()
    {
        _machine.File("/proc/cpuinfo", CpuInfo.Replace("fpu vme", "fpu vme hypervisor", StringComparison.Ordinal))
            .File("/sys/class/dmi/id/sys_vendor", "QEMU\n")
            .File("/sys/class/dmi/id/product_uuid", Uuid + "\n")
            .File("/sys/class/dmi/id/board_serial", "real-looking\n")
            .File("/var/lib/cloud/data/instance-id", "i-0abcd1234\n")
            .File("/etc/machine-id", MachineId + "\n")
            .Card("eth0", "pci0/virtio2", "52:54:00:12:34:56")
            .Disk("vda", "pci0/virtio1", ("serial", "vol-0815"));

        Assert.Equal([Cpu, $"vm {Uuid.ToLowerInvariant()}", "vm i-0abcd1234", "disk vol-0815", $"os {MachineId}"],
            _machine.Read());
    }

    [Theory]
    [InlineData("/.dockerenv", "")]
    [InlineData("/run/.containerenv", "engine=podman")]
    [InlineData("/proc/1/cgroup", "0::/system.slice/docker/containers\n12:cpu:/docker/0123\n")]
    public void Leaves_out_what_belongs_to_a_container(string mark, string content)
    {
        BareMetal();
        _machine.File(mark, content);

        var found = _machine.Read();

        Assert.Contains("disk s4evnf0m", found);
        Assert.DoesNotContain(found, value =>
            value.StartsWith("mac ", StringComparison.Ordinal) || value.StartsWith("os ", StringComparison.Ordinal));
    }

    [Fact]
    public void Leaves_out_the_node_that_a_pod_happens_to_run_on()
    {
        BareMetal();
        _machine.Environment["KUBERNETES_SERVICE_HOST"] = "10.0.0.1";

        Assert.Empty(_machine.Read());
    }

    [Theory]
    [InlineData("/var/run/secrets/kubernetes.io/serviceaccount/token", "token")]
    [InlineData("/proc/self/cgroup", "0::/kubepods.slice/kubepods-pod1\n1:cpu:/kubepods/pod1\n")]
    public void Knows_a_pod_without_its_environment(string mark, string content)
    {
        BareMetal();
        _machine.File(mark, content);

        Assert.Empty(_machine.Read());
    }

    [Fact]
    public void Reads_the_serial_number_of_a_Raspberry_Pi()
    {
        const string Arm = "processor\t: 0\nCPU implementer\t: 0x41\nCPU architecture: 8\nCPU variant\t: 0x0\n"
            + "CPU part\t: 0xd08\nSerial\t\t: 10000000abcd1234\n";
        _machine.File("/proc/cpuinfo", Arm)
            .File("/proc/device-tree/serial-number", "10000000abcd1234\0")
            .File("/etc/machine-id", MachineId)
            .Card("eth0", "platform/scb/fd580000.ethernet", "dc:a6:32:01:02:03")
            .Disk("mmcblk0", "platform/mmc0/mmc0:aaaa", ("device/serial", "0x1a2b3c4d"),
                ("device/cid", "035344534331364780"));

        Assert.Equal(
            ["cpu 0x41 8 0x0 0xd08", "board 10000000abcd1234", "disk 0x1a2b3c4d", "mac dc:a6:32:01:02:03",
                $"os {MachineId}"],
            _machine.Read());
    }

    [Theory]
    [InlineData("virtual", "00:1b:21:00:00:01", "0", true, "a bridge or a container's end")]
    [InlineData("pci0/usb1/1-1", "00:1b:21:00:00:01", "0", true, "on USB")]
    [InlineData("pci0/0000:00:1f.6", "02:fc:00:00:00:01", "0", true, "locally administered")]
    [InlineData("pci0/0000:00:1f.6", "01:00:5e:00:00:01", "0", true, "multicast")]
    [InlineData("pci0/0000:00:1f.6", "00:00:00:00:00:00", "0", true, "all zeros")]
    [InlineData("pci0/0000:00:1f.6", "00:1b:21:00:00:01", "3", true, "set by somebody")]
    [InlineData("pci0/0000:00:1f.6", "00:1b:21:00:00:01", "1", true, "random")]
    [InlineData("pci0/0000:00:1f.6", "00:1b:21:00:00:01", "0", false, "without hardware")]
    public void Leaves_out_a_card_that_is(string place, string address, string assignment, bool isHardware, string why)
    {
        _machine.Card("eth9", place, address, assignment, isHardware);

        Assert.True(_machine.Read().Length == 0, why);
    }

    [Fact]
    public void Reads_the_own_address_of_a_card_in_a_bond()
    {
        _machine.Card("eth0", "pci0/0000:00:1f.6", "00:1b:21:99:99:99", assignment: "2")
            .File("/sys/devices/pci0/0000:00:1f.6/net/eth0/bonding_slave/perm_hwaddr", "00:1b:21:00:00:07\n");

        Assert.Equal(["mac 00:1b:21:00:00:07"], _machine.Read());
    }

    [Fact]
    public void Leaves_out_disks_that_travel_or_are_made_of_others()
    {
        _machine.Disk("loop0", "virtual", ("serial", "loop-serial"))
            .Disk("dm-0", "virtual", ("serial", "dm-serial"))
            .Disk("sdb", "pci0/usb2/2-1", ("device/serial", "stick-serial"))
            .Disk("sr0", "pci0/ata3", ("removable", "1"), ("device/serial", "drive-serial"));

        Assert.Empty(_machine.Read());
    }

    [Fact]
    public void Takes_a_disks_name_by_its_identity_where_nothing_else_tells_it()
    {
        _machine.Disk("sda", "pci0/ata1", ("size", "1"))
            .Device("/dev/disk/by-id/ata-Samsung_SSD_860_S3Z9NB0K", "/dev/sda")
            .Device("/dev/disk/by-id/wwn-0x5002538e", "/dev/sda1");

        Assert.Equal(["disk ata-samsung_ssd_860_s3z9nb0k"], _machine.Read());
    }

    [Fact]
    public void Reads_the_serial_number_page_of_a_SCSI_disk()
    {
        _machine.Disk("sda", "pci0/host0", ("device/vpd_pg80", "\0\u0000\u0000\u0006ZA1234padding"));

        Assert.Equal(["disk za1234"], _machine.Read());
    }

    private void BareMetal() => _machine
        .File("/proc/cpuinfo", CpuInfo)
        .File("/sys/class/dmi/id/sys_vendor", "Dell Inc.\n")
        .File("/sys/class/dmi/id/product_name", "OptiPlex 7090\n")
        .File("/sys/class/dmi/id/product_uuid", Uuid + "\n")
        .File("/sys/class/dmi/id/board_serial", "/7J3XK/CN129636/\n")
        .File("/sys/class/dmi/id/product_serial", "7J3XK\n")
        .File("/etc/machine-id", MachineId + "\n")
        .Disk("nvme0n1", "pci0/nvme0", ("device/serial", "S4EVNF0M            "))
        .Disk("sda", "pci0/ata1", ("wwid", "WD-WCC4"))
        .Card("eno1", "pci0/0000:00:1f.6", "00:1b:21:aa:bb:cc")
        .Card("docker0", "virtual", "02:42:ac:11:00:01", isHardware: false);
}
