using Microsoft.Extensions.Options;

namespace Entitlement.Server.Access.Cache.Shared;

/// <summary>Snapshots in Redis; without one, there are none.</summary>
internal sealed class SharedSnapshots(
    SharedValues values, RedisLink link, CacheKeys keys, IOptions<RedisOptions> options) : ISharedSnapshots
{
    public event Action<long>? Hinted
    {
        add => values.Hinted += value;
        remove => values.Hinted -= value;
    }

    public string State => !options.Value.IsConfigured ? "not configured"
        : link.Current is null ? "does not answer"
        : "answers";

    public async ValueTask<Snapshot?> FindAsync(SnapshotKey key, CancellationToken cancellationToken) =>
        await values.FindAsync(SnapshotCodec.NameOf(key), cancellationToken) is { } found
            ? SnapshotCodec.Read(key, found.Version, found.Content.Span)
            : null;

    public void Store(Snapshot snapshot)
    {
        // Looked at first, because writing one that nobody takes is work for nothing.
        if (link.Current is not null && SnapshotCodec.Write(snapshot) is { } content)
        {
            values.Store(SnapshotCodec.NameOf(snapshot.Key), snapshot.Version, content.Written);
        }
    }

    public void Hint(long version) => values.Hint(version);

    public Task DropAsync(CancellationToken cancellationToken) =>
        options.Value.IsConfigured ? keys.ReplaceAsync(cancellationToken) : Task.CompletedTask;
}
