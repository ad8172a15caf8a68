namespace Entitlement.Server.Hosting;

/// <summary>Refuses keys that no option has: a mistyped option would silently keep its default.</summary>
internal static class KnownKeys
{
    /// <summary>How many letters a mistyped name is away from the right one at most.</summary>
    private const int NearDistance = 2;

    /// <exception cref="StartRefusedException">A key of one of our sections is unknown, or a section's name is nearly ours.</exception>
    public static void Require(IConfiguration configuration)
    {
        var complaints = configuration.GetChildren().SelectMany(Complaints).ToList();
        if (complaints.Count > 0)
        {
            throw new StartRefusedException(string.Join(Environment.NewLine, complaints));
        }
    }

    private static IEnumerable<string> Complaints(IConfigurationSection section)
    {
        if (OptionSections.All.TryGetValue(section.Key, out var options))
        {
            var known = options.Select(option => option.Name).ToList();
            return section.GetChildren()
                .Where(key => !known.Contains(key.Key, StringComparer.OrdinalIgnoreCase))
                .Select(key => $"{key.Path} is no option. Did you mean {section.Key}:{Nearest(key.Key, known)}?");
        }

        // The top level also holds what others put into the environment, so only what looks like a section of ours counts.
        var nearest = Nearest(section.Key, OptionSections.All.Keys);
        return section.GetChildren().Any() && Distance(section.Key, nearest) <= NearDistance
            ? [$"{section.Key} is no section of options. Did you mean {nearest}?"]
            : [];
    }

    /// <summary>A name that was cut short is nearer than one of the same length with other letters.</summary>
    private static string Nearest(string name, IEnumerable<string> known) => known.MinBy(candidate =>
        candidate.StartsWith(name, StringComparison.OrdinalIgnoreCase) ? 0 : Distance(name, candidate))!;

    /// <summary>How many letters must be put in, left out or replaced to make one name the other (Levenshtein), ignoring case.</summary>
    private static int Distance(string left, string right)
    {
        var above = Enumerable.Range(0, right.Length + 1).ToArray();
        for (var i = 1; i <= left.Length; i++)
        {
            var row = new int[right.Length + 1];
            row[0] = i;
            for (var j = 1; j <= right.Length; j++)
            {
                var replaced = above[j - 1] + (char.ToUpperInvariant(left[i - 1]) == char.ToUpperInvariant(right[j - 1]) ? 0 : 1);
                row[j] = Math.Min(replaced, Math.Min(above[j], row[j - 1]) + 1);
            }

            above = row;
        }

        return above[^1];
    }
}
