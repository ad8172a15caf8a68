using System.Diagnostics;
using System.Globalization;
using System.Runtime;
using Entitlement.Testing;
using Entitlement.V1;
using Grpc.Core;
using License = Entitlement.V1.License;

namespace Entitlement.Benchmarks;

/// <summary>
/// How long a first activation takes while others guess a thousand times a second, beside what it takes when nobody
/// does. Both are measured in turns, so that whatever else the machine does disturbs them alike; the guesses come from
/// another process, as they would, on the same cores.
/// </summary>
internal static class Guessing
{
    public const string Command = "guessing";

    private const int Rounds = 4;
    private const int ActivationsEach = 150;
    private const int MaxWarmUpRounds = 20;

    /// <summary>Between two honest activations: customers do not queue up.</summary>
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(5);

    public static async Task RunAsync(Action<string> tell)
    {
        await using var host = await EntitlementHost.StartAsync(new HostSettings
        {
            Options = { ["Logging:LogLevel:Default"] = "Error", ["Server:TrustedProxies"] = "127.0.0.0/8" },
        });
        var license = await host.CreateLicenseAsync(license => license.MachineLimit = 1_000_000);
        await using var guesser = await Guesser.StartAsync(host.GrpcAddress);
        tell("warming up");
        await WarmUpAsync();
        tell($"first activations, {Rounds} × {ActivationsEach} each, beside {Guesser.PerSecond} wrong guesses a second");
        await CompareAsync("all guesses of one address", GuessOrigin.One);
        await CompareAsync("guesses of 4,000 addresses in turn", GuessOrigin.InTurn);
        await CompareAsync("each guess of an address of its own", GuessOrigin.EachItsOwn);

        // Until the runtime has compiled the paths of refusals and activations for good.
        async Task WarmUpAsync()
        {
            var compiling = 1.0;
            for (var round = 0; round < MaxWarmUpRounds && compiling > Callers.MaxCompiling; round++)
            {
                var (watch, before) = (Stopwatch.StartNew(), JitInfo.GetCompilationTime());
                await guesser.BeginAsync(round % 2 == 0 ? GuessOrigin.EachItsOwn : GuessOrigin.One);
                await MeasureAsync(host, license, ActivationsEach * 2);
                await guesser.EndAsync();
                compiling = (JitInfo.GetCompilationTime() - before) / watch.Elapsed;
            }
        }

        async Task CompareAsync(string title, GuessOrigin origin)
        {
            var (quiet, guessed, tallies) = (new List<double>(), new List<double>(), new List<GuessTally>());
            for (var round = 0; round < Rounds; round++)
            {
                quiet.AddRange(await MeasureAsync(host, license, ActivationsEach));
                var (watch, cpu) = (Stopwatch.StartNew(), Environment.CpuUsage.TotalTime);
                await guesser.BeginAsync(origin);
                guessed.AddRange(await MeasureAsync(host, license, ActivationsEach));
                var share = Share(cpu, watch);
                tallies.Add(await guesser.EndAsync());
                tell(string.Create(
                    CultureInfo.InvariantCulture,
                    $"  round {round + 1}: {tallies[^1].PerSecond:N0} guesses a second, {share:P0} of one core busy in the server's process"));
            }

            Tell(tell, title, quiet, guessed, tallies);
        }
    }

    private static double Share(TimeSpan cpuBefore, Stopwatch watch) =>
        (Environment.CpuUsage.TotalTime - cpuBefore) / watch.Elapsed;

    private static void Tell(
        Action<string> tell, string title, List<double> quiet, List<double> guessed, List<GuessTally> tallies)
    {
        tell(title);
        foreach (var share in new[] { 0.5, 0.95 })
        {
            var (usual, under) = (At(quiet, share), At(guessed, share));
            tell(string.Create(
                CultureInfo.InvariantCulture,
                $"  {share,4:P0} took {usual,6:N2} ms, and {under,6:N2} ms beside guesses: {under / usual:N2} times"));
        }

        var codes = tallies.SelectMany(tally => tally.Answers).GroupBy(code => code.Key, code => code.Value)
            .Select(code => $"{code.Sum()} {code.Key}");
        tell($"  guesses answered: {string.Join(", ", codes)}");
    }

    /// <summary>The value below which a share of them lies.</summary>
    private static double At(List<double> values, double share) =>
        values.Order().ElementAt((int)((values.Count - 1) * share));

    /// <returns>
    /// Milliseconds of each activation, each of a machine and an address of its own; without end for one that was refused.
    /// </returns>
    private static async Task<List<double>> MeasureAsync(EntitlementHost host, License license, int count)
    {
        var client = new ActivationService.ActivationServiceClient(host.Anonymous);
        var files = Guesser.Ask(count, () => license.Slc);
        var times = new List<double>(count);
        using var pause = new PeriodicTimer(Pause, TimeProvider.System);
        foreach (var file in files)
        {
            await pause.WaitForNextTickAsync();
            var start = Stopwatch.GetTimestamp();
            try
            {
                await client.ActivateAsync(
                    new ActivateRequest { LicenseRequest = file }, Guesser.From($"192.0.2.{times.Count % 250}"));
                times.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
            }
            catch (RpcException busy) when (busy.StatusCode == StatusCode.ResourceExhausted)
            {
                times.Add(double.PositiveInfinity);
            }
        }

        return times;
    }
}
