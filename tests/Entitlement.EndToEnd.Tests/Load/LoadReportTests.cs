using Entitlement.Load;

namespace Entitlement.EndToEnd.Tests.Load;

/// <summary>How the load driver reckons what it prints.</summary>
public sealed class LoadReportTests
{
    [Fact]
    public void Gives_the_least_latency_that_so_many_of_a_hundred_calls_kept_to()
    {
        var report = LoadReport.Of(Run(Enumerable.Range(1, 200).Reverse()));

        Assert.Equal(
            [(10, 20.0), (25, 50.0), (50, 100.0), (75, 150.0), (90, 180.0), (95, 190.0), (99, 198.0)],
            report.LatencyDistribution.Select(each => (each.Percentage, each.Latency.TotalMilliseconds)));
        Assert.Equal(
            [1.0, 200.0, 100.5],
            new[] { report.Fastest, report.Slowest, report.Average }.Select(latency => latency.TotalMilliseconds));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(99)]
    [InlineData(1_000)]
    public void Puts_each_call_under_one_mark_of_the_histogram(int calls)
    {
        var report = LoadReport.Of(Run(Enumerable.Range(0, calls).Select(i => i * i % 37)));

        Assert.Equal(calls, report.Histogram.Sum(bar => bar.Count));
        Assert.Equal(report.Slowest, report.Histogram[^1].Mark);
        Assert.Equal(report.Histogram.Select(bar => bar.Mark).Order(), report.Histogram.Select(bar => bar.Mark));
    }

    [Fact]
    public void Counts_answers_by_status_and_failures_by_status_and_reason()
    {
        var busy = new CallError("UNAVAILABLE", "TOO_BUSY");
        var full = new CallError("UNAVAILABLE", "STORAGE_UNAVAILABLE");
        var report = LoadReport.Of(new LoadRun(
            TimeSpan.FromSeconds(2), [Answer(1), new Call(default, busy), new Call(default, busy), new Call(default, full)]));

        Assert.Equal(2, report.PerSecond);
        Assert.Equal(new Dictionary<string, int> { ["OK"] = 1, ["UNAVAILABLE"] = 3 }, report.StatusCodeDistribution);
        Assert.Equal(
            new Dictionary<string, int> { ["UNAVAILABLE TOO_BUSY"] = 2, ["UNAVAILABLE STORAGE_UNAVAILABLE"] = 1 },
            report.ErrorDistribution);
    }

    private static LoadRun Run(IEnumerable<int> milliseconds) => new(TimeSpan.FromSeconds(1), [.. milliseconds.Select(Answer)]);

    private static Call Answer(int milliseconds) => new(TimeSpan.FromMilliseconds(milliseconds), Error: null);
}
