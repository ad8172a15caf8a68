using System.Globalization;
using System.Text;

namespace Entitlement.Client;

/// <summary>
/// The highest generation that was installed of each activation, so that an older license file is noticed. File
/// <c>generations</c>: one line for each activation, the number, a space and the activation's name. It raises the bar
/// against a file put back by mistake or to undo a change; whoever owns the directory can delete it.
/// </summary>
internal sealed class GenerationRecord(StateDirectory state)
{
    private const string FileName = "generations";

    /// <summary>0 when none was ever installed.</summary>
    public int Of(string activation) => Load().GetValueOrDefault(activation);

    public void Raise(string activation, int generation)
    {
        var all = Load();
        if (generation > all.GetValueOrDefault(activation))
        {
            all[activation] = generation;
            var lines = all.Select(entry =>
                string.Create(CultureInfo.InvariantCulture, $"{entry.Value} {entry.Key}\n"));
            state.Write(FileName, Encoding.UTF8.GetBytes(string.Concat(lines)));
        }
    }

    private Dictionary<string, int> Load()
    {
        var all = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var line in (state.ReadText(FileName) ?? "").Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            var parts = line.Split(' ', 2);
            if (parts.Length == 2
                && int.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out var generation))
            {
                all[parts[1]] = generation;
            }
        }

        return all;
    }
}
