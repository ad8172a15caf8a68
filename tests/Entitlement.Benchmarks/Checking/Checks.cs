using System.Globalization;
using System.Runtime;
using Entitlement.Server.Access.Cache;
using Entitlement.Testing;
using Entitlement.V1;
using Microsoft.Extensions.DependencyInjection;
using AccessClient = Entitlement.V1.AccessService.AccessServiceClient;

namespace Entitlement.Benchmarks.Checking;

/// <summary>
/// What a check of a permission costs over gRPC, by where what it rests on comes from, beside the same calls to a server that
/// decides nothing.
/// </summary>
internal static class Checks
{
    public const string Command = "checks";

    private const int Accounts = 1_000;
    private const int Rounds = 10;

    /// <summary>How often each account is asked about in a round, so that a round takes some tenths of a second.</summary>
    private const int Repeats = 10;

    private const int BatchSize = 100;
    private const int AtOnce = 64;
    private const int Channels = 2;
    private const int MaxWarmUpRounds = 30;
    private static readonly TimeSpan Steady = TimeSpan.FromSeconds(10);

    public static async Task RunAsync(Action<string> tell)
    {
        await using var redis = await RedisServer.StartAsync();
        await using var host = await EntitlementHost.StartAsync(new HostSettings
        {
            Options =
            {
                ["Logging:LogLevel:Default"] = "Warning",
                ["Redis:Configuration"] = redis.Configuration,
            },
        });
        tell($"{Accounts:N0} accounts below one vendor");
        var (accounts, key) = await CheckEstate.CreateAsync(host, Accounts);
        await using var idle = await IdleChecks.StartAsync([key]);
        var run = new CheckRun(host, redis, CheckEstate.Connect(host, key, Channels), accounts);
        var echo = new CheckRun(idle, redis, CheckEstate.Connect(idle, key, Channels), accounts);

        tell("warming up");
        await WarmUpAsync(echo, tell);
        await WarmUpAsync(run, tell);
        var report = new CheckReport(tell);
        await MeasureAsync(report, run, echo);
        await MeasureLatencyAsync(report, run, echo);
        var cold = await run.CountColdLoadsAsync(AtOnce / 2);
        tell(string.Create(
            CultureInfo.InvariantCulture,
            $"loads from the database for each account: {run.LoadsBesideRedis:N2} with Redis (best 0), "
            + $"{cold:N2} of cold ones asked at once {AtOnce / 2} times each (goal 1)"));
    }

    /// <summary>In turns, so that a busy moment of the machine meets all of them.</summary>
    private static async Task MeasureAsync(CheckReport report, CheckRun run, CheckRun echo)
    {
        for (var round = 0; round < Rounds; round++)
        {
            report.Add("echo of the same server", await echo.CheckAsync(Consistency.ModeOneofCase.None));
            report.Add("from the process", await run.CheckAsync(Consistency.ModeOneofCase.None));
            report.Add("fully consistent", await run.CheckAsync(Consistency.ModeOneofCase.FullyConsistent));
            report.Add("the key look-up alone", await run.LookUpAsync());
            report.Add("echo of a batch", await echo.CheckBatchesAsync(BatchSize));
            report.Add($"a batch of {BatchSize}", await run.CheckBatchesAsync(BatchSize));
            report.Add("from Redis", await run.CheckSharedAsync());
            report.Add("cold, from the database", await run.CheckColdAsync());
        }

        report.Print(BatchSize);
    }

    /// <summary>At half the rate that each can do.</summary>
    private static async Task MeasureLatencyAsync(CheckReport report, CheckRun run, CheckRun echo)
    {
        var rate = Math.Min(report.RateOf("echo of the same server"), report.RateOf("from the process")) / 2;
        var count = (int)(rate * Steady.TotalSeconds);
        report.PrintLatency(rate, await echo.TimeAsync(count, rate), await run.TimeAsync(count, rate));
    }

    private static async Task WarmUpAsync(CheckRun run, Action<string> tell)
    {
        for (var round = 1; round <= MaxWarmUpRounds; round++)
        {
            var before = JitInfo.GetCompilationTime();
            var figure = await run.CheckAsync(Consistency.ModeOneofCase.None);
            await run.CheckAsync(Consistency.ModeOneofCase.FullyConsistent);
            await run.CheckBatchesAsync(BatchSize);
            var compiling = (JitInfo.GetCompilationTime() - before) / figure.Elapsed;
            tell(string.Create(CultureInfo.InvariantCulture, $"  {figure.PerSecond:N0} a second"));
            if (round > 3 && compiling < Callers.MaxCompiling)
            {
                return;
            }
        }
    }

    /// <summary>Calls of one server.</summary>
    private sealed class CheckRun(EntitlementHost host, RedisServer redis, AccessClient[] clients, string[] accounts)
    {
        private int _next;
        private long _loads;
        private int _fromRedis;

        /// <summary>For each account that Redis was to serve.</summary>
        public double LoadsBesideRedis => (double)_loads / _fromRedis;

        public Task<Figure> CheckAsync(Consistency.ModeOneofCase mode) =>
            Measure.RunAsync("", Repeated(), AtOnce, account => AskAsync(account, mode));

        /// <summary>What a fully consistent check needs beyond others, and nothing else.</summary>
        public Task<Figure> LookUpAsync()
        {
            var source = host.Services.GetRequiredService<IAccessSource>();
            return Measure.RunAsync("", Repeated(), AtOnce, _ => source.ReadLogAsync(long.MaxValue, CancellationToken.None));
        }

        public Task<Figure> CheckBatchesAsync(int size) => Measure.RunAsync("", [.. accounts.Chunk(size)], AtOnce / 8, AskBatchAsync);

        /// <summary>Each account once, after this process forgot them all.</summary>
        public async Task<Figure> CheckSharedAsync()
        {
            host.Services.GetRequiredService<ProcessCache>().Clear();
            var metrics = host.Services.GetRequiredService<AccessMetrics>();
            var before = metrics.Loads;
            var figure = await Measure.RunAsync(
                "", accounts, AtOnce, account => AskAsync(account, Consistency.ModeOneofCase.None));
            _loads += metrics.Loads - before;
            _fromRedis += accounts.Length;
            return figure;
        }

        /// <summary>The same after Redis forgot them too.</summary>
        public async Task<Figure> CheckColdAsync()
        {
            await ForgetAsync();
            return await Measure.RunAsync("", accounts, AtOnce, account => AskAsync(account, Consistency.ModeOneofCase.None));
        }

        /// <returns>Loads from the database for each account.</returns>
        public async Task<double> CountColdLoadsAsync(int callers)
        {
            await ForgetAsync();
            var metrics = host.Services.GetRequiredService<AccessMetrics>();
            var before = metrics.Loads;
            await Task.WhenAll(accounts.SelectMany(account =>
                Enumerable.Range(0, callers).Select(_ => AskAsync(account, Consistency.ModeOneofCase.None))));
            return (double)(metrics.Loads - before) / accounts.Length;
        }

        public Task<Latency> TimeAsync(int count, double rate) => Latency.MeasureAsync(
            count, rate, number => AskAsync(accounts[number % accounts.Length], Consistency.ModeOneofCase.None));

        private string[] Repeated() => [.. Enumerable.Repeat(accounts, Repeats).SelectMany(each => each)];

        private async Task ForgetAsync()
        {
            using (var connection = await redis.ConnectAsync())
            {
                await connection.GetDatabase().ExecuteAsync("FLUSHALL");
            }

            host.Services.GetRequiredService<ProcessCache>().Clear();
        }

        private async Task AskAsync(string account, Consistency.ModeOneofCase mode)
        {
            var request = new CheckPermissionRequest
            {
                Check = CheckOf(account),
                Consistency = mode == Consistency.ModeOneofCase.FullyConsistent ? new() { FullyConsistent = true } : null,
            };
            var answer = await Client().CheckPermissionAsync(request);
            if (!answer.Allowed)
            {
                throw new InvalidOperationException($"{account} was refused.");
            }
        }

        private async Task AskBatchAsync(string[] batch)
        {
            var answer = await Client().BatchCheckPermissionsAsync(new() { Checks = { batch.Select(CheckOf) } });
            if (!answer.Allowed.All(allowed => allowed))
            {
                throw new InvalidOperationException("One of a batch was refused.");
            }
        }

        private static PermissionCheck CheckOf(string account) => new() { Permission = Permission.LicenseRead, Resource = account };

        private AccessClient Client() => clients[(uint)Interlocked.Increment(ref _next) % clients.Length];
    }
}
