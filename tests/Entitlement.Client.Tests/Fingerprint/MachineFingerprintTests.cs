using System.Buffers.Binary;
using System.Text;
using Entitlement.Client.Fingerprint;
using Entitlement.Client.Tests.Support;
using Entitlement.Formats;

namespace Entitlement.Client.Tests.Fingerprint;

public sealed class MachineFingerprintTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void Is_the_same_twice_on_this_machine()
    {
        var first = MachineFingerprint.Collect("demo", _directory.Path);

        Assert.Equal(first, MachineFingerprint.Collect("demo", _directory.Path));
        Assert.Contains(MachineComponentKind.Os, first.Kinds);
        Assert.Equal(0, first.CountMatches(MachineFingerprint.Collect("another", _directory.Path)));
    }

    [Fact]
    public void Falls_back_to_an_id_of_the_installation_where_nothing_is_found()
    {
        var state = new StateDirectory(_directory.Path);

        var found = MachineFingerprint.Collect("demo", state, []);
        var again = MachineFingerprint.Collect("demo", new StateDirectory(_directory.Path),
            [new MachineValue(MachineComponentKind.Board, "None")]);

        Assert.Equal([MachineComponentKind.Os], found.Kinds);
        Assert.Equal(found, again);
    }

    [Fact]
    public void Gives_another_installation_another_id()
    {
        using var elsewhere = new TemporaryDirectory();

        var one = MachineFingerprint.Collect("demo", new StateDirectory(_directory.Path), []);
        var other = MachineFingerprint.Collect("demo", new StateDirectory(elsewhere.Path), []);

        Assert.Equal(0, one.CountMatches(other));
    }

    [Fact]
    public void Hashes_the_normal_form_so_that_spelling_does_not_matter()
    {
        var state = new StateDirectory(_directory.Path);

        Assert.Equal(
            MachineFingerprint.Collect("demo", state, [new MachineValue(MachineComponentKind.Board, "  ABC   123\n")]),
            MachineFingerprint.Collect("demo", state, [new MachineValue(MachineComponentKind.Board, "abc 123")]));
    }

    [Fact]
    public void Reads_the_system_board_and_chassis_of_an_SMBIOS_table()
    {
        byte[] uuid = [0x44, 0x45, 0x4C, 0x4C, 0x51, 0x00, 0x10, 0x36, 0x80, 0x52, 0xB4, 0xC0, 0x4F, 0x4D, 0x4E, 0x31];
        byte[] table =
        [
            0, 5, 0, 0, 1, .. "BIOS vendor\0\0"u8,
            1, 25, 1, 0, 1, 2, 0, 3, .. uuid, 6, .. "Dell Inc.\0OptiPlex\0SYS-1\0\0"u8,
            2, 8, 2, 0, 0, 0, 0, 1, .. "BOARD-1\0\0"u8,
            3, 9, 3, 0, 0, 3, 0, 1, 0, .. "CHASSIS-1\0\0"u8,
            127, 4, 4, 0, 0, 0,
        ];

        var smbios = Smbios.Parse(table);

        Assert.Equal(("Dell Inc.", "OptiPlex", "4c4c4544-0051-3610-8052-b4c04f4d4e31"),
            (smbios.Maker, smbios.Product, smbios.Uuid));
        Assert.Equal(["SYS-1", "BOARD-1", "CHASSIS-1"], smbios.Serials);
    }

    [Fact]
    public void Reads_any_cut_off_SMBIOS_table_without_failing()
    {
        byte[] table = [1, 25, 1, 0, 1, 2, 0, 3, .. new byte[16], 6, .. "Dell Inc.\0OptiPlex\0SYS-1\0\0"u8];

        foreach (var length in Enumerable.Range(0, table.Length))
        {
            Assert.True(Smbios.Parse(table.AsSpan(0, length)).Serials.Count <= 1);
        }
    }

    [Theory]
    [InlineData(1, 6, 6, "mac 001b21aabbcc")]
    [InlineData(3, 6, 6, "")]
    [InlineData(0, 6, 6, "")]
    [InlineData(1, 131, 6, "")]
    [InlineData(1, 71, 6, "mac 001b21aabbcc")]
    public void Takes_hardware_cards_of_a_Windows_table_alone(byte flags, uint type, uint length, string expected)
    {
        var row = new byte[1352];
        BinaryPrimitives.WriteUInt32LittleEndian(row.AsSpan(1056), length);
        byte[] address = [0x00, 0x1B, 0x21, 0xAA, 0xBB, 0xCC];
        address.CopyTo(row, 1092);
        BinaryPrimitives.WriteUInt32LittleEndian(row.AsSpan(1128), type);
        row[1152] = flags;

        var found = WindowsNetworkCards.Parse(row).Select(value =>
            $"mac {value.Text.Replace(":", "", StringComparison.Ordinal)}");

        Assert.Equal(expected, string.Concat(found));
    }

    [Theory]
    [InlineData(0, 11, "WD-4711")]
    [InlineData(1, 11, "")]
    [InlineData(0, 7, "")]
    public void Takes_the_serial_number_of_a_built_in_Windows_disk(byte removable, int bus, string expected)
    {
        var descriptor = new byte[1024];
        descriptor[10] = removable;
        BinaryPrimitives.WriteInt32LittleEndian(descriptor.AsSpan(24), 64);
        BinaryPrimitives.WriteInt32LittleEndian(descriptor.AsSpan(28), bus);
        Encoding.ASCII.GetBytes("WD-4711\0").CopyTo(descriptor, 64);

        Assert.Equal(expected, WindowsDisks.Parse(descriptor));
    }
}
