using Google.Protobuf;

namespace Entitlement.Benchmarks;

/// <summary>Measures activations, and their steps alone.</summary>
internal static class Run
{
    /// <summary>Two databases are measured in turns, so that a busy moment of the machine meets both.</summary>
    private const int Turns = 4;

    public static async Task<Report> MeasureAsync(BenchmarkOptions options, Action<string> tell)
    {
        await using var estate = await Estate.CreateAsync(options.Licenses, tell);
        var callers = new Callers(estate, options);
        await callers.WarmUpAsync(tell);

        tell("activations on many licenses");
        var requests = estate.AskForAny(options.Count);
        var many = await callers.ActivateAsync($"activate, {options.Callers} callers, many licenses", requests);
        tell("activations on one license");
        var one = await callers.ActivateAsync($"activate, {options.Callers} callers, one license", estate.AskForOne(options.Count));
        tell("activations by one caller");
        var alone = await callers.ActivateAsync("activate, one caller: a commit each", estate.AskForAny(options.Count / 4), callers: 1);
        var comparison = options.Large == 0 ? null : await CompareAsync(estate, callers, options, tell);

        tell("steps");
        var rows = await Steps.ReadRowsAsync(estate, options.Count);
        var echo = await Steps.EchoAsync(requests, options);
        var drive = await Steps.DriveAsync(requests, UnsafeByteOperations.UnsafeWrap(rows[0].File.Content));
        var verify = await Steps.VerifyAsync(requests);
        var sign = await Steps.SignAsync(estate, rows);
        var seal = await Steps.SealAsync(estate);
        await estate.Host.StopAsync();
        var (batched, single) = await Steps.WriteRawAsync(estate.Host.DatabaseFile, rows);
        return new Report(
            options, [echo, drive, verify, sign, batched], many, one, alone, single, seal, comparison, estate.BytesPerLicense);
    }

    private static async Task<Comparison> CompareAsync(
        Estate small, Callers callers, BenchmarkOptions options, Action<string> tell)
    {
        await using var large = await Estate.CreateAsync(options.Large, tell);
        var others = new Callers(large, options);
        await others.WarmUpAsync(tell);
        var (few, many) = (new List<Figure>(), new List<Figure>());
        for (var turn = 0; turn < Turns; turn++)
        {
            tell($"activations on {options.Licenses:N0} and on {options.Large:N0} licenses, turn {turn + 1} of {Turns}");
            few.Add(await callers.ActivateAsync("few", small.AskForAny(options.Count / Turns)));
            many.Add(await others.ActivateAsync("many", large.AskForAny(options.Count / Turns)));
        }

        return new Comparison(
            Figure.Sum($"activate, {options.Licenses:N0} licenses", few),
            Figure.Sum($"activate, {options.Large:N0} licenses", many),
            large.BytesPerLicense);
    }
}

/// <summary>Activations on a small and on a large database.</summary>
internal sealed record Comparison(Figure Small, Figure Large, double LargeBytesPerLicense);
