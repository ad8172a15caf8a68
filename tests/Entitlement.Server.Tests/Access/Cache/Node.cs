using System.Diagnostics.Metrics;
using Entitlement.Server.Access.Cache;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace Entitlement.Server.Tests.Access.Cache;

/// <summary>The cache of one server, with nothing else of it.</summary>
internal sealed class Node : IDisposable
{
    public static readonly TimeSpan Bound = TimeSpan.FromSeconds(1);

    private readonly ServiceProvider _meters = new ServiceCollection().AddMetrics().BuildServiceProvider();

    public Node(IAccessSource source, TimeProvider clock, ISharedSnapshots? shared = null, long bytes = 67_108_864)
    {
        Views = new AccessViews(source, Options(bytes), clock, NullLogger<AccessViews>.Instance);
        Memory = new ProcessCache(Options(bytes));
        Metrics = new AccessMetrics(_meters.GetRequiredService<IMeterFactory>());
        Cache = new AccessCache(Views, Memory, new SnapshotLoads(source, Views, Memory, Metrics, clock, shared), Metrics);
    }

    public AccessViews Views { get; }

    public ProcessCache Memory { get; }

    public AccessMetrics Metrics { get; }

    public AccessCache Cache { get; }

    public static IOptions<AccessOptions> Options(long bytes = 67_108_864) =>
        Microsoft.Extensions.Options.Options.Create(new AccessOptions { MaxStaleness = Bound, CacheBytes = bytes });

    public void Dispose() => _meters.Dispose();
}
