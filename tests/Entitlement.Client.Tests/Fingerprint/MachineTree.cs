using Entitlement.Client.Fingerprint;
using Entitlement.Client.Tests.Support;

namespace Entitlement.Client.Tests.Fingerprint;

/// <summary>A file system as a machine shows it, under a directory of its own.</summary>
internal sealed class MachineTree : IDisposable
{
    private readonly TemporaryDirectory _root = new();

    public Dictionary<string, string> Environment { get; } = [];

    public void Dispose() => _root.Dispose();

    public MachineTree File(string path, string content)
    {
        var full = Full(path);
        Directory.CreateDirectory(Path.GetDirectoryName(full)!);
        System.IO.File.WriteAllText(full, content);
        return this;
    }

    /// <summary>
    /// A file that this process may not read. Root may read everything, so for root it is a file that cannot be opened.
    /// </summary>
    public MachineTree Unreadable(string path)
    {
        Directory.CreateDirectory(Full(path));
        return this;
    }

    /// <summary>
    /// A disk or network card: an entry in a class directory that is a link into the tree of devices.
    /// </summary>
    public MachineTree Device(string link, string place, params (string Name, string Content)[] files)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Full(link))!);
        Directory.CreateDirectory(Full(place));
        Directory.CreateSymbolicLink(Full(link), Path.GetRelativePath(Path.GetDirectoryName(Full(link))!, Full(place)));
        foreach (var (name, content) in files)
        {
            File($"{place}/{name}", content);
        }

        return this;
    }

    public MachineTree Card(string name, string place, string address, string assignment = "0", bool isHardware = true)
    {
        Device($"/sys/class/net/{name}", $"/sys/devices/{place}/net/{name}", ("address", address + "\n"),
            ("type", "1\n"), ("addr_assign_type", assignment + "\n"));
        if (isHardware)
        {
            Directory.CreateDirectory(Full($"/sys/devices/{place}/net/{name}/device"));
        }

        return this;
    }

    public MachineTree Disk(string name, string place, params (string Name, string Content)[] files) =>
        Device($"/sys/block/{name}", $"/sys/devices/{place}/block/{name}", [("removable", "0\n"), .. files]);

    /// <summary>What is found, as <c>kind value</c> in normal form, junk taken out.</summary>
    public string[] Read() =>
    [
        .. LinuxMachine.Read(new FileTree(_root.Path), Environment.GetValueOrDefault)
            .Select(value => (value.Kind, Text: MachineValue.Normalize(value.Text)))
            .Where(value => !JunkValues.IsJunk(value.Text))
            .Select(value => $"{value.Kind} {value.Text}".ToLowerInvariant()),
    ];

    private string Full(string path) => _root.File(path.TrimStart('/'));
}
