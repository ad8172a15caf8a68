namespace Entitlement.Server.Tests;

/// <summary>Files that hold what was reviewed. A change of them is a change of the policy, and seen as such.</summary>
internal static class Golden
{
    /// <summary>Compares; what differs is also written beside the tests' copy, as <c>*.actual</c>, to be reviewed and taken over.</summary>
    public static void Matches(string file, IEnumerable<string> lines)
    {
        var reviewed = Path.Combine(AppContext.BaseDirectory, "golden", file);
        string[] actual = [.. lines];
        var expected = File.ReadAllLines(reviewed);
        if (!actual.SequenceEqual(expected, StringComparer.Ordinal))
        {
            File.WriteAllLines($"{reviewed}.actual", actual);
        }

        Assert.Equal(expected, actual);
    }
}
