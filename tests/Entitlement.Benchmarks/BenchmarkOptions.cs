using System.Globalization;

namespace Entitlement.Benchmarks;

/// <summary>How much is measured.</summary>
/// <param name="Count">Activations in each measurement.</param>
/// <param name="Callers">Callers at once.</param>
/// <param name="Channels">Connections that they share.</param>
/// <param name="Licenses">Licenses in the database.</param>
/// <param name="Large">Licenses in a second database, to be compared with the first; 0 for none.</param>
/// <param name="Cores">Cores that the ideal is reckoned with.</param>
internal sealed record BenchmarkOptions(int Count, int Callers, int Channels, int Licenses, int Large, int Cores)
{
    public static BenchmarkOptions Default { get; } = new(4_000, 64, 2, 10_000, 0, Environment.ProcessorCount);

    /// <returns>Null when the arguments are not understood.</returns>
    public static BenchmarkOptions? Parse(string[] args)
    {
        var options = Default;
        foreach (var pair in args.Chunk(2))
        {
            if (pair is not [var name, var text]
                || !int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
                || number == 0
                || options.With(name, number) is not { } changed)
            {
                return null;
            }

            options = changed;
        }

        return options;
    }

    private BenchmarkOptions? With(string name, int number) => name switch
    {
        "--count" => this with { Count = number },
        "--callers" => this with { Callers = number },
        "--channels" => this with { Channels = number },
        "--licenses" => this with { Licenses = number },
        "--large" => this with { Large = number },
        "--cores" => this with { Cores = number },
        _ => null,
    };
}
