using System.Diagnostics.Metrics;
using Entitlement.Server.Access.Cache;
using Entitlement.Testing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace Entitlement.Server.Tests.Access.Cache.Model;

/// <summary>Parts of a node that a test breaks, to see that the proof would notice.</summary>
internal sealed record Breakage
{
    /// <summary>What the log tells.</summary>
    public Func<AccessLogPage, AccessLogPage> Log { get; init; } = page => page;

    /// <summary>What a load brings.</summary>
    public Func<Snapshot, Snapshot> Load { get; init; } = snapshot => snapshot;

    /// <summary>What the nodes share.</summary>
    public Func<Snapshot, Snapshot> Share { get; init; } = snapshot => snapshot;

    /// <summary>What shows the age of a view.</summary>
    public Func<TimeProvider, TimeProvider> Clock { get; init; } = clock => clock;
}

/// <summary>One server: the real views, cache and loads, on a model of the database and of what servers share.</summary>
internal sealed class ModelNode : IAccessSource, IDisposable
{
    private readonly ModelDatabase _database;
    private readonly Breakage _broken;
    private readonly ServiceProvider _services;
    private readonly Dictionary<(Guid Id, long Version), int> _loads = [];

    public ModelNode(ModelDatabase database, ModelShared shared, ManualClock clock, TimeSpan maxStaleness, Breakage broken)
    {
        (_database, _broken) = (database, broken);
        var options = Options.Create(new AccessOptions { MaxStaleness = maxStaleness });
        var time = broken.Clock(clock);
        _services = new ServiceCollection().AddMetrics().BuildServiceProvider();
        var metrics = new AccessMetrics(_services.GetRequiredService<IMeterFactory>());
        var memory = new ProcessCache(options);
        Views = new AccessViews(this, options, time, NullLogger<AccessViews>.Instance);
        var loads = new SnapshotLoads(this, Views, memory, metrics, time, new SharedOfNode(shared, broken.Share));
        Cache = new AccessCache(Views, memory, loads, metrics);
    }

    public AccessViews Views { get; }

    public AccessCache Cache { get; }

    /// <summary>Of the readings to come.</summary>
    public Slowness Slowness { get; set; }

    /// <summary>The newest version by which anything was answered.</summary>
    public long Answered { get; set; }

    /// <summary>What this node itself changed and knows of.</summary>
    public long Committed { get; set; }

    /// <summary>Most loads of one thing that brought something, and began while this node knew of no newer version.</summary>
    public int MostLoads => _loads.Values.DefaultIfEmpty().Max();

    public async Task<AccessLogPage> ReadLogAsync(long? since, CancellationToken cancellationToken) =>
        _broken.Log(await _database.ReadLogAsync(since, Slowness, cancellationToken));

    public async Task<Snapshot> LoadAsync(SnapshotKey key, CancellationToken cancellationToken)
    {
        var begun = (key.Id, Views.Newest!.Version);
        var loaded = await _database.LoadAsync(key.Id, Slowness, cancellationToken);
        _loads[begun] = _loads.GetValueOrDefault(begun) + 1;
        return _broken.Load(loaded);
    }

    public void Dispose() => _services.Dispose();
}
