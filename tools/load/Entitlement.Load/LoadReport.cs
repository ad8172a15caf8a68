using System.Globalization;
using Entitlement.CommandLine.Display;

namespace Entitlement.Load;

/// <summary>The figures of a run, under the names that ghz gives them, so that runs of either can be compared.</summary>
internal sealed record LoadReport(
    int Count,
    TimeSpan Total,
    TimeSpan Slowest,
    TimeSpan Fastest,
    TimeSpan Average,
    IReadOnlyList<(int Percentage, TimeSpan Latency)> LatencyDistribution,
    IReadOnlyList<(TimeSpan Mark, int Count)> Histogram,
    IReadOnlyDictionary<string, int> StatusCodeDistribution,
    IReadOnlyDictionary<string, int> ErrorDistribution)
{
    private const int HistogramSteps = 10;
    private const int BarLength = 40;

    private static readonly int[] Percentages = [10, 25, 50, 75, 90, 95, 99];

    public double PerSecond => Count / Total.TotalSeconds;

    /// <param name="run">A run of at least one call.</param>
    public static LoadReport Of(LoadRun run)
    {
        var latencies = run.Calls.Select(call => call.Latency).Order().ToArray();
        return new LoadReport(
            latencies.Length,
            run.Total,
            latencies[^1],
            latencies[0],
            TimeSpan.FromTicks((long)latencies.Average(latency => latency.Ticks)),
            [.. Percentages.Select(percentage => (percentage, latencies[((latencies.Length * percentage) + 99) / 100 - 1]))],
            HistogramOf(latencies),
            run.Calls.CountBy(call => call.Error?.Status ?? "OK").ToDictionary(),
            run.Calls.Where(call => call.Error is not null)
                .CountBy(call => $"{call.Error!.Value.Status} {call.Error.Value.Reason}")
                .ToDictionary());
    }

    public void Show(Screen screen)
    {
        if (screen.IsJson)
        {
            WriteJson(screen);
        }
        else
        {
            foreach (var line in Lines())
            {
                screen.WriteLine(line);
            }
        }
    }

    /// <summary>How many calls took no longer than each mark and longer than the one before; the first mark is the fastest call.</summary>
    private static List<(TimeSpan Mark, int Count)> HistogramOf(TimeSpan[] sorted)
    {
        var step = (sorted[^1] - sorted[0]) / HistogramSteps;
        var marks = Enumerable.Range(0, HistogramSteps + 1).Select(i => i == HistogramSteps ? sorted[^1] : sorted[0] + (step * i));
        var histogram = new List<(TimeSpan, int)>();
        var counted = 0;
        foreach (var mark in marks)
        {
            var upTo = counted;
            while (upTo < sorted.Length && sorted[upTo] <= mark)
            {
                upTo++;
            }

            histogram.Add((mark, upTo - counted));
            counted = upTo;
        }

        return histogram;
    }

    private IEnumerable<string> Lines()
    {
        yield return "Summary:";
        yield return $"  Count:        {Count}";
        yield return $"  Total:        {Milliseconds(Total)} ms";
        yield return $"  Slowest:      {Milliseconds(Slowest)} ms";
        yield return $"  Fastest:      {Milliseconds(Fastest)} ms";
        yield return $"  Average:      {Milliseconds(Average)} ms";
        yield return string.Create(CultureInfo.InvariantCulture, $"  Requests/sec: {PerSecond:F2}");
        yield return "";
        yield return "Response time histogram:";
        var most = Histogram.Max(bar => bar.Count);
        foreach (var (mark, count) in Histogram)
        {
            yield return $"  {Milliseconds(mark),10} [{count}] |{new string('∎', count * BarLength / most)}";
        }

        yield return "";
        yield return "Latency distribution:";
        foreach (var (percentage, latency) in LatencyDistribution)
        {
            yield return $"  {percentage} % in {Milliseconds(latency)} ms";
        }

        yield return "";
        yield return "Status code distribution:";
        foreach (var (status, count) in StatusCodeDistribution)
        {
            yield return $"  [{status}] {count} responses";
        }

        if (ErrorDistribution.Count > 0)
        {
            yield return "";
            yield return "Error distribution:";
        }

        foreach (var (error, count) in ErrorDistribution)
        {
            yield return $"  [{count}] {error}";
        }
    }

    /// <summary>Times in nanoseconds and marks in seconds, as ghz writes them.</summary>
    private void WriteJson(Screen screen) => screen.WriteJson(json =>
    {
        json.WriteStartObject();
        json.WriteNumber("count", Count);
        json.WriteNumber("total", (long)Total.TotalNanoseconds);
        json.WriteNumber("average", (long)Average.TotalNanoseconds);
        json.WriteNumber("fastest", (long)Fastest.TotalNanoseconds);
        json.WriteNumber("slowest", (long)Slowest.TotalNanoseconds);
        json.WriteNumber("rps", PerSecond);
        WriteCounts("errorDistribution", ErrorDistribution);
        WriteCounts("statusCodeDistribution", StatusCodeDistribution);
        json.WriteStartArray("latencyDistribution");
        foreach (var (percentage, latency) in LatencyDistribution)
        {
            json.WriteStartObject();
            json.WriteNumber("percentage", percentage);
            json.WriteNumber("latency", (long)latency.TotalNanoseconds);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteStartArray("histogram");
        foreach (var (mark, count) in Histogram)
        {
            json.WriteStartObject();
            json.WriteNumber("mark", mark.TotalSeconds);
            json.WriteNumber("count", count);
            json.WriteNumber("frequency", (double)count / Count);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();

        void WriteCounts(string name, IReadOnlyDictionary<string, int> counts)
        {
            json.WriteStartObject(name);
            foreach (var (key, count) in counts)
            {
                json.WriteNumber(key, count);
            }

            json.WriteEndObject();
        }
    });

    private static string Milliseconds(TimeSpan time) => time.TotalMilliseconds.ToString("F2", CultureInfo.InvariantCulture);
}
