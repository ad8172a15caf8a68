using System.Diagnostics;
using System.Globalization;
using Entitlement.Domain.Access;

namespace Entitlement.Benchmarks;

/// <summary>
/// What one decision costs among ten and among a million assignments, here and with two other engines.
/// </summary>
internal static class Decisions
{
    public const string Command = "decisions";

    private static readonly int[] Sizes = [10, 1_000, 100_000, 1_000_000];
    private static readonly DateTimeOffset Moment = new(2026, 5, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly TimeSpan Duration = TimeSpan.FromSeconds(2);

    public static async Task RunAsync(bool withPeers, int most, Action<string> tell)
    {
        await using var peers = withPeers ? await DecisionPeers.InstallAsync() : null;
        tell(Row("assignments", "ns each", "allowed", "bytes each", "bytes per assignment", "engine"));
        foreach (var size in Sizes.Where(size => size <= most))
        {
            var estate = new DecisionEstate(size);
            var (views, bytes) = Weigh(estate.Views);
            var nanoseconds = Time(estate, views, out var allowed, out var allocated);
            var weight = Number(bytes / size);
            tell(Row(Number(size), Number(nanoseconds), $"{allowed:P0}", Number(allocated), weight, "this one"));
            if (peers is not null)
            {
                await foreach (var (name, figure) in peers.MeasureAsync(estate, query => Answer(estate, views, query)))
                {
                    tell(Row(Number(size), figure, "", "", "", name));
                }
            }
        }
    }

    private static bool Answer(DecisionEstate estate, AccessView[] views, DecisionQuery query)
    {
        var view = Array.Find(views, view => view.Principal.Id == query.User)!;
        return view.Decide(query.Permission, AccessTarget.License(estate.Line[0], query.License), Moment).IsAllowed;
    }

    /// <summary>
    /// All queries again and again; the quickest tenth of these passes tells what a decision takes when nothing else
    /// gets in between, and the runtime has compiled for good.
    /// </summary>
    private static double Time(DecisionEstate estate, AccessView[] views, out double allowedShare, out double allocated)
    {
        var targets = estate.Queries.Select(query => AccessTarget.License(estate.Line[0], query.License)).ToArray();
        var permissions = estate.Queries.Select(query => query.Permission).ToArray();
        var passes = new List<double>(100_000);
        var allowed = 0L;
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var whole = Stopwatch.StartNew(); whole.Elapsed < Duration;)
        {
            var begin = Stopwatch.GetTimestamp();
            for (var i = 0; i < views.Length; i++)
            {
                allowed += views[i].Decide(permissions[i], targets[i], Moment).IsAllowed ? 1 : 0;
            }

            passes.Add(Stopwatch.GetElapsedTime(begin).TotalNanoseconds / views.Length);
        }

        allocated = (double)(GC.GetAllocatedBytesForCurrentThread() - before) / passes.Count / views.Length;
        allowedShare = (double)allowed / passes.Count / views.Length;
        passes.Sort();
        return passes[passes.Count / 10];
    }

    /// <summary>What stays in memory of it: the indexes, and the one small view for each query.</summary>
    private static (T Made, double Bytes) Weigh<T>(Func<T> make)
    {
        var before = GC.GetTotalMemory(forceFullCollection: true);
        var made = make();
        return (made, GC.GetTotalMemory(forceFullCollection: true) - before);
    }

    private static string Number(double value) => value.ToString("N0", CultureInfo.InvariantCulture);

    private static string Row(
        string size, string each, string allowed, string allocated, string weight, string engine) =>
        $"{size,12} {each,16} {allowed,8} {allocated,11} {weight,21}  {engine}";
}
