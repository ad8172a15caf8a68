using Entitlement.Server.Access.Cache;
using Entitlement.Server.Idempotency;
using Entitlement.V1;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Microsoft.Extensions.Options;

namespace Entitlement.Server.Access.Answers;

/// <summary>Tells operators what is kept of access, and callers when a change of it counts everywhere.</summary>
internal sealed class CacheKeeper(
    AccessViews views,
    ProcessCache memory,
    AccessMetrics metrics,
    OnceWriter writer,
    IOptions<AccessOptions> options,
    ISharedSnapshots shared,
    TimeProvider clock)
{
    /// <summary>
    /// What was committed before a view was read is in it, and no server goes by a view that is older than the bound. So
    /// once the bound has passed since the commit, all views in use were read after it.
    /// </summary>
    public async Task<AwaitAccessChangeResponse> AwaitAsync(
        AwaitAccessChangeRequest request, Freshness freshness, CancellationToken cancellationToken)
    {
        var (now, begun) = (clock.GetUtcNow(), clock.GetTimestamp());
        if (request.ConsistencyToken.Length > 0)
        {
            freshness = freshness.And(ConsistencyToken.Parse(request.ConsistencyToken, "consistency_token"));
        }

        var view = await views.GetAsync(freshness.And(views.FromNowOn()), cancellationToken);
        var bound = options.Value.MaxStaleness;
        while (!request.ReturnAtOnce && bound - clock.GetElapsedTime(begun) is var left && left > TimeSpan.Zero)
        {
            await Task.Delay(left, clock, cancellationToken);
        }

        return new AwaitAccessChangeResponse
        {
            EffectiveTime = (now + bound).ToTimestamp(),
            ConsistencyToken = ConsistencyToken.Of(view.Version),
        };
    }

    public GetAccessCacheResponse Tell() => new()
    {
        Entries =
        {
            memory.CountByKind.OrderBy(pair => pair.Key).Select(pair =>
                new GetAccessCacheResponse.Types.Entry { Kind = $"{pair.Key}", Count = pair.Value }),
        },
        Bytes = memory.Bytes,
        MaxBytes = options.Value.CacheBytes,
        ConsistencyToken = ConsistencyToken.Of(views.Newest?.Version ?? 0),
        ViewAge = views.Age?.ToDuration(),
        MaxStaleness = options.Value.MaxStaleness.ToDuration(),
        Hits = metrics.Hits,
        SharedHits = metrics.SharedHits,
        Misses = metrics.Misses,
        Loads = metrics.Loads,
        SharedState = shared.State,
        ObservedLag = metrics.LastLag?.ToDuration(),
    };

    public async Task<DropAccessCacheResponse> DropAsync(ServerCallContext call)
    {
        await writer.RunAsync(
            call.GetCaller().Actor,
            (change, _) =>
            {
                change.Audit(account: null, "access_cache.drop", "");
                return Task.FromResult(new Outcome("", Existed: false));
            },
            call.CancellationToken);
        var dropped = memory.Count;
        memory.Clear();
        await shared.DropAsync(call.CancellationToken);
        return new DropAccessCacheResponse { Dropped = dropped };
    }
}
