using System.Text;
using Entitlement.Formats;

namespace Entitlement.Client.Fingerprint;

/// <summary>
/// What the running machine is known by. Values that makers left as junk, that travel (USB, removable disks), that
/// software chooses (locally administered addresses, bridges, containers' own interfaces) are left out. Nothing but
/// hashes leaves this class.
/// </summary>
/// <remarks>
/// Every value is brought to its normal form before it is hashed: white space at the ends taken off and inside made one
/// space, lower case. In a container <c>os</c> is the installation's own id, because a machine-id there is the
/// image's, and <c>mac</c> is left out; in Kubernetes, where the next start may be on another node, <c>os</c> is all
/// there is. Where nothing at all is found, <c>os</c> is the installation's own id too.
/// </remarks>
public static class MachineFingerprint
{
    private const string InstallationIdFile = "installation.id";

    /// <summary>Collects the components of this machine.</summary>
    /// <param name="productCode">Goes into every hash, so that values do not match across products.</param>
    /// <param name="directory">The installation's directory; its own id is made there when it is needed.</param>
    public static MachineComponents Collect(string productCode, string directory) =>
        Collect(productCode, new StateDirectory(directory), Source());

    internal static MachineComponents Collect(
        string productCode, StateDirectory state, IEnumerable<MachineValue> values)
    {
        var kept = values
            .Select(value => value with { Text = MachineValue.Normalize(value.Text) })
            .Where(value => !JunkValues.IsJunk(value.Text))
            .ToList();
        if (kept.All(value => value.Kind != MachineComponentKind.Os))
        {
            kept.Add(new MachineValue(MachineComponentKind.Os, InstallationId(state)));
        }

        return MachineComponents.Create(
            kept.Select(value => (value.Kind, MachineComponents.Hash(productCode, value.Kind, value.Text))));
    }

    private static IEnumerable<MachineValue> Source()
    {
        if (OperatingSystem.IsWindows())
        {
            return WindowsMachine.Read();
        }

        return OperatingSystem.IsMacOS()
            ? MacMachine.Read()
            : LinuxMachine.Read(new FileTree("/"), Environment.GetEnvironmentVariable);
    }

    /// <summary>As good as the instance key beside it: it goes where the directory goes.</summary>
    private static string InstallationId(StateDirectory state)
    {
        if (state.ReadText(InstallationIdFile) is not { Length: > 0 })
        {
            state.TryCreate(InstallationIdFile, Encoding.ASCII.GetBytes($"{Guid.NewGuid():N}\n"));
        }

        return MachineValue.Normalize(state.ReadText(InstallationIdFile)!);
    }
}

/// <param name="Text">As the system tells it.</param>
internal readonly record struct MachineValue(MachineComponentKind Kind, string Text)
{
    /// <summary>
    /// One space for any white space, none at the ends, lower case; characters that cannot be shown fall away.
    /// </summary>
    public static string Normalize(string text) =>
        string.Join(' ', text.Replace('\0', ' ').Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries))
            .ToLowerInvariant();
}
