namespace Entitlement.Conformance.Tests;

/// <summary>The ids of the behaviours that must be proven, and what a proof may be.</summary>
internal static class Rows
{
    /// <summary>The tool itself shows the behaviour.</summary>
    public const string Tool = "tool";

    /// <summary>The tool, or a part of it, is not there yet; what it will ask for is decided as it should be.</summary>
    public const string Permission = "permission";

    /// <summary>How many rows each list has; ids count from 1.</summary>
    private static readonly (string List, int Count)[] Lists = [("PTC", 11), ("MIL", 9), ("HEX", 9), ("REV", 11), ("PTM", 10)];

    public static IEnumerable<string> All =>
        Lists.SelectMany(list => Enumerable.Range(1, list.Count), (list, id) => $"{list.List}-{id}");
}
