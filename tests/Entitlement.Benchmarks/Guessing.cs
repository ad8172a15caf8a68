using System.Diagnostics;
using System.Globalization;
using Entitlement.Domain.Licenses;
using Entitlement.Testing;
using Entitlement.V1;
using Google.Protobuf;
using Grpc.Core;
using License = Entitlement.V1.License;

namespace Entitlement.Benchmarks;

/// <summary>
/// How long a first activation takes while others guess a thousand times a second, beside what it takes when nobody
/// does. Both are measured in turns, so that whatever else the machine does disturbs them alike.
/// </summary>
internal static class Guessing
{
    public const string Command = "guessing";

    private const int PerSecond = 1_000;
    private const int Rounds = 4;
    private const int ActivationsEach = 150;
    private const int Guesses = 4_000;

    /// <summary>Between two honest activations: customers do not queue up.</summary>
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(5);
    private static readonly TimeSpan Beat = TimeSpan.FromMilliseconds(10);

    public static async Task RunAsync(Action<string> tell)
    {
        await using var host = await EntitlementHost.StartAsync(new HostSettings
        {
            Options = { ["Logging:LogLevel:Default"] = "Error", ["Server:TrustedProxies"] = "127.0.0.0/8" },
        });
        var license = await host.CreateLicenseAsync(license => license.MachineLimit = 1_000_000);
        var guesses = Make(Guesses, () => Slc.Random().ToGroups());
        await MeasureAsync(host, license, ActivationsEach * 5);

        tell($"first activations, {Rounds} × {ActivationsEach} each, beside {PerSecond} wrong guesses a second");
        await CompareAsync("all guesses of one address", _ => "198.51.100.7");
        await CompareAsync("guesses of 4,000 addresses in turn", i => $"2001:db8:{i % Guesses:x}::1");
        await CompareAsync("each guess of an address of its own", i => $"2001:db8:{i >> 16:x}:{i & 0xffff:x}::1");

        async Task CompareAsync(string title, Func<int, string> address)
        {
            var (quiet, guessed) = (new List<double>(), new List<double>());
            var (sent, answers) = (0, new List<StatusCode>());
            for (var round = 0; round < Rounds; round++)
            {
                quiet.AddRange(await MeasureAsync(host, license, ActivationsEach));
                using var stop = new CancellationTokenSource();
                var (watch, cpu) = (Stopwatch.StartNew(), Environment.CpuUsage.TotalTime);
                var guessing = GuessAsync(host, guesses, i => address(i + sent), stop.Token);
                guessed.AddRange(await MeasureAsync(host, license, ActivationsEach));
                await stop.CancelAsync();
                answers.AddRange(await guessing);
                var pace = (answers.Count - sent) / watch.Elapsed.TotalSeconds;
                tell(string.Create(
                    CultureInfo.InvariantCulture,
                    $"  round {round + 1}: {pace:N0} guesses a second, {Share(cpu, watch):P0} of one core busy"));
                sent = answers.Count;
            }

            Tell(tell, title, quiet, guessed, answers);
        }
    }

    private static double Share(TimeSpan cpuBefore, Stopwatch watch) =>
        (Environment.CpuUsage.TotalTime - cpuBefore) / watch.Elapsed;

    private static void Tell(
        Action<string> tell, string title, List<double> quiet, List<double> guessed, List<StatusCode> answers)
    {
        tell(title);
        foreach (var share in new[] { 0.5, 0.95 })
        {
            var (usual, under) = (At(quiet, share), At(guessed, share));
            tell(string.Create(
                CultureInfo.InvariantCulture,
                $"  {share,4:P0} took {usual,6:N2} ms, and {under,6:N2} ms beside guesses: {under / usual:N2} times"));
        }

        var codes = answers.CountBy(code => code).Select(each => $"{each.Value} {each.Key}");
        tell($"  guesses answered: {string.Join(", ", codes)}");
    }

    /// <summary>The value below which a share of them lies.</summary>
    private static double At(List<double> values, double share) =>
        values.Order().ElementAt((int)((values.Count - 1) * share));

    /// <returns>Milliseconds of each activation, each of a machine and an address of its own.</returns>
    private static async Task<List<double>> MeasureAsync(EntitlementHost host, License license, int count)
    {
        var client = new ActivationService.ActivationServiceClient(host.Anonymous);
        var files = Make(count, () => license.Slc);
        var times = new List<double>(count);
        using var pause = new PeriodicTimer(Pause, TimeProvider.System);
        foreach (var file in files)
        {
            await pause.WaitForNextTickAsync();
            var start = Stopwatch.GetTimestamp();
            await client.ActivateAsync(
                new ActivateRequest { LicenseRequest = file }, From($"192.0.2.{times.Count % 250}"));
            times.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
        }

        return times;
    }

    /// <summary>Sends them at the pace of the clock, whether or not those before were answered.</summary>
    private static async Task<List<StatusCode>> GuessAsync(
        EntitlementHost host, ByteString[] guesses, Func<int, string> address, CancellationToken stop)
    {
        var client = new ActivationService.ActivationServiceClient(host.Anonymous);
        var calls = new List<Task<StatusCode>>();
        var watch = Stopwatch.StartNew();
        using var beat = new PeriodicTimer(Beat, TimeProvider.System);
        while (!stop.IsCancellationRequested)
        {
            await beat.WaitForNextTickAsync(CancellationToken.None);
            while (calls.Count < watch.Elapsed.TotalSeconds * PerSecond)
            {
                calls.Add(GuessAsync(client, guesses[calls.Count % guesses.Length], address(calls.Count)));
            }
        }

        return [.. await Task.WhenAll(calls)];
    }

    private static async Task<StatusCode> GuessAsync(
        ActivationService.ActivationServiceClient client, ByteString file, string address)
    {
        try
        {
            await client.ActivateAsync(new ActivateRequest { LicenseRequest = file }, From(address));
            return StatusCode.OK;
        }
        catch (RpcException refusal)
        {
            return refusal.StatusCode;
        }
    }

    private static Metadata From(string address) => new() { { "x-forwarded-for", address } };

    private static ByteString[] Make(int count, Func<string> slc)
    {
        var files = new ByteString[count];
        Parallel.For(0, count, i =>
        {
            using var product = new InstalledProduct();
            files[i] = product.Sign(product.Ask(slc()));
        });
        return files;
    }
}
