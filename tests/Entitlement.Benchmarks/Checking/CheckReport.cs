using System.Globalization;

namespace Entitlement.Benchmarks.Checking;

/// <summary>Gathers the figures of all rounds, and says what they are of the echo's.</summary>
internal sealed class CheckReport(Action<string> tell)
{
    private const string Echo = "echo of the same server";
    private const string EchoOfBatch = "echo of a batch";

    private readonly Dictionary<string, List<Figure>> _figures = new(StringComparer.Ordinal);

    public void Add(string name, Figure figure)
    {
        if (!_figures.TryGetValue(name, out var all))
        {
            _figures.Add(name, all = []);
        }

        all.Add(figure);
    }

    public double RateOf(string name) => Figure.Sum(name, _figures[name]).PerSecond;

    public void Print(int batchSize)
    {
        tell($"{"",-26} {"a second",10} {"of the echo",12} {"µs of CPU",10} {"of the echo",12} {"bytes more",11}");
        foreach (var (name, figures) in _figures)
        {
            var echoName = IsOfBatch(name) ? EchoOfBatch : Echo;
            var (figure, echo) = (Figure.Sum(name, figures), Figure.Sum(echoName, _figures[echoName]));
            tell(string.Create(
                CultureInfo.InvariantCulture,
                $"{name,-26} {figure.PerSecond,10:N0} {figure.PerSecond / echo.PerSecond,12:P0} {figure.CpuMicroseconds,10:N0} "
                + $"{figure.CpuMicroseconds / echo.CpuMicroseconds,12:N2} {BytesOf(figures) - BytesOf(_figures[echo.Step]),11:N0}"));
        }

        tell($"goals: from the process at least 85 % of the echo's rate, and at most 1,024 bytes more; a batch counts as one of {batchSize}");

        bool IsOfBatch(string name) => name == EchoOfBatch || name == $"a batch of {batchSize}";
    }

    /// <summary>The median of the rounds: now and then the runtime's count jumps back or ahead by gigabytes.</summary>
    private static double BytesOf(List<Figure> rounds) => rounds.Select(round => round.BytesEach).Order().ElementAt(rounds.Count / 2);

    public void PrintLatency(double rate, Latency echo, Latency checks)
    {
        tell(string.Create(CultureInfo.InvariantCulture, $"at half load, {rate:N0} calls a second"));
        foreach (var share in new[] { 0.5, 0.9, 0.99, 0.999 })
        {
            tell(string.Create(
                CultureInfo.InvariantCulture,
                $"  {share,6:P1} within {echo.At(share),7:N2} ms of the echo, {checks.At(share),7:N2} ms of checks: "
                + $"{checks.At(share) / echo.At(share):N2} times"));
        }
    }
}
