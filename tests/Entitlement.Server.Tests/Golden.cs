namespace Entitlement.Server.Tests;

/// <summary>Files that hold what was reviewed. A change of them is a change of the policy, and seen as such.</summary>
internal static class Golden
{
    public static void Matches(string file, IEnumerable<string> lines)
    {
        var reviewed = File.ReadAllLines(Path.Combine(AppContext.BaseDirectory, "golden", file));
        Assert.Equal(reviewed, lines);
    }
}
