using System.Globalization;

namespace Entitlement.Benchmarks;

/// <summary>How much is measured.</summary>
internal sealed record BenchmarkOptions(int Count, int Callers, int Licenses, int Cores)
{
    /// <returns>Null when the arguments are not understood.</returns>
    public static BenchmarkOptions? Parse(string[] args)
    {
        var options = new BenchmarkOptions(4_000, 64, 200, Environment.ProcessorCount);
        foreach (var pair in args.Chunk(2))
        {
            if (pair is not [var name, var text]
                || !int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
                || number == 0)
            {
                return null;
            }

            switch (name)
            {
                case "--count":
                    options = options with { Count = number };
                    break;
                case "--callers":
                    options = options with { Callers = number };
                    break;
                case "--licenses":
                    options = options with { Licenses = number };
                    break;
                case "--cores":
                    options = options with { Cores = number };
                    break;
                default:
                    return null;
            }
        }

        return options;
    }
}
