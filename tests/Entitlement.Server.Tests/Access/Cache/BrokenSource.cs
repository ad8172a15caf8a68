using Entitlement.Server.Access.Cache;

namespace Entitlement.Server.Tests.Access.Cache;

/// <summary>A database in front of which a part is broken. Nothing that is shipped can be broken so.</summary>
internal sealed class BrokenSource(IAccessSource source) : IAccessSource
{
    /// <summary>Spoils what is read of the log.</summary>
    public Func<AccessLogPage, AccessLogPage> Log { get; init; } = page => page;

    /// <summary>Spoils what is loaded; told where the clock stands as it is given.</summary>
    public Func<Snapshot, long, Snapshot> Loaded { get; init; } = (snapshot, _) => snapshot;

    public async Task<AccessLogPage> ReadLogAsync(long? since, CancellationToken cancellationToken) =>
        Log(await source.ReadLogAsync(since, cancellationToken));

    public async Task<Snapshot> LoadAsync(SnapshotKey key, CancellationToken cancellationToken)
    {
        var snapshot = await source.LoadAsync(key, cancellationToken);
        return Loaded(snapshot, (await source.ReadLogAsync(null, cancellationToken)).Version);
    }
}
