using System.Runtime;
using Entitlement.V1;
using Google.Protobuf;

namespace Entitlement.Benchmarks;

/// <summary>Callers that hand in license requests over gRPC.</summary>
internal sealed class Callers
{
    /// <summary>Share of the time in which the runtime may still compile when it counts as warm.</summary>
    public const double MaxCompiling = 0.02;

    private const int WarmUpRound = 1_000;
    private const int MaxWarmUpRounds = 20;

    private readonly Estate _estate;
    private readonly ActivationService.ActivationServiceClient[] _clients;
    private readonly int _count;
    private int _next = -1;

    public Callers(Estate estate, BenchmarkOptions options)
    {
        (_estate, _count) = (estate, options.Callers);
        _clients = [.. Enumerable.Range(0, options.Channels).Select(_ => new ActivationService.ActivationServiceClient(estate.Host.Anonymous))];
    }

    /// <summary>
    /// Until the runtime has compiled the whole path for good; before that, a measurement would be one of the compiler.
    /// </summary>
    public async Task WarmUpAsync(Action<string> tell)
    {
        for (var round = 1; round <= MaxWarmUpRounds; round++)
        {
            var before = JitInfo.GetCompilationTime();
            var figure = await ActivateAsync("warm-up", _estate.AskForAny(WarmUpRound));
            var compiling = (JitInfo.GetCompilationTime() - before) / figure.Elapsed;
            tell($"warming up: {figure.PerSecond:N0} a second, compiling in {compiling:P0} of the time");
            if (compiling < MaxCompiling)
            {
                return;
            }
        }
    }

    public Task<Figure> ActivateAsync(string step, List<byte[]> requests, int? callers = null) =>
        Measure.RunAsync(step, requests, callers ?? _count, async request =>
        {
            var client = _clients[(uint)Interlocked.Increment(ref _next) % _clients.Length];
            await client.ActivateAsync(new ActivateRequest { LicenseRequest = UnsafeByteOperations.UnsafeWrap(request) });
        });
}
