using System.Data.Common;
using System.Security.Cryptography;
using Entitlement.Domain.Errors;
using Entitlement.Storage;
using Entitlement.Storage.Access;
using Entitlement.Storage.Writing;
using Microsoft.EntityFrameworkCore;

namespace Entitlement.Server.Access.Cache.Shared;

/// <summary>
/// The keys that seal what is shared, as the database has them. The first server that needs one makes it, and the first
/// that finds the newest one too old makes the next; whoever comes second finds it made.
/// </summary>
internal sealed class CacheKeys(
    IDbContextFactory<EntitlementDbContext> contexts,
    Writer writer,
    StorageEngine storage,
    TimeProvider clock,
    ILogger<CacheKeys> logger)
{
    /// <summary>The age at which a key is followed by another.</summary>
    public static readonly TimeSpan Lifetime = TimeSpan.FromDays(30);

    /// <summary>
    /// How often an unknown key, which whoever writes to Redis can name, has them read anew at most; and how long after
    /// another server made one its values count for nothing here at most.
    /// </summary>
    public static readonly TimeSpan Pause = TimeSpan.FromSeconds(10);

    /// <summary>The one that seals, and the one before it, whose values are still about.</summary>
    private const int Accepted = 2;

    private readonly Lock _lock = new();
    private volatile CacheKeyRing? _ring;
    private Task _reading = Task.CompletedTask;
    private long? _lastTry;

    /// <summary>Null before they were read for the first time.</summary>
    public CacheKeyRing? Ring => _ring;

    /// <summary>Ends with what <see cref="ReadSoon"/> began last.</summary>
    public Task Reading
    {
        get
        {
            lock (_lock)
            {
                return _reading;
            }
        }
    }

    /// <summary>Reads them, and makes one where there is none or the newest is too old.</summary>
    /// <returns>False when the database does not answer; what was known still counts.</returns>
    public async Task<bool> TryReadAsync(CancellationToken cancellationToken)
    {
        try
        {
            _ring = await ReadAsync(cancellationToken);
            return true;
        }
        catch (Exception failure) when (
            !cancellationToken.IsCancellationRequested
            && (failure is DbException or EntitlementException || storage.Classify(failure) != StorageFault.None))
        {
            Log.KeysNotRead(logger, failure);
            return false;
        }
    }

    /// <summary>
    /// Makes a new one, and has whatever those before it sealed count for nothing any more: here at once, at other servers
    /// within <see cref="Pause"/> after they met something that the new one sealed.
    /// </summary>
    public async Task ReplaceAsync(CancellationToken cancellationToken) =>
        _ring = RingOf(await writer.RunAsync(ReplaceAsync, cancellationToken));

    /// <summary>Reads them beside whoever asks, unless that was done a moment ago.</summary>
    public void ReadSoon()
    {
        lock (_lock)
        {
            if (_reading.IsCompleted && (_lastTry is not { } last || clock.GetElapsedTime(last) >= Pause))
            {
                _lastTry = clock.GetTimestamp();
                _reading = Task.Run(() => TryReadAsync(CancellationToken.None));
            }
        }
    }

    private async Task<CacheKeyRing> ReadAsync(CancellationToken cancellationToken)
    {
        await using (var db = await contexts.CreateDbContextAsync(cancellationToken))
        {
            var stored = await NewestAsync(db, cancellationToken);
            if (!IsDue(stored))
            {
                return RingOf(stored);
            }
        }

        // Run again when another server's key came first, and then it is not due any more.
        return RingOf(await writer.RunAsync(MakeAsync, cancellationToken));
    }

    private async Task<List<AccessCacheKey>> MakeAsync(EntitlementDbContext db, CancellationToken cancellationToken)
    {
        var stored = await NewestAsync(db, cancellationToken);
        if (!IsDue(stored))
        {
            return stored;
        }

        var next = Follow(stored);
        db.Add(next);
        await db.AccessCacheKeys.Where(key => key.Number < next.Number - 1).ExecuteDeleteAsync(cancellationToken);
        return [next, .. stored.Take(Accepted - 1)];
    }

    private async Task<List<AccessCacheKey>> ReplaceAsync(EntitlementDbContext db, CancellationToken cancellationToken)
    {
        var next = Follow(await NewestAsync(db, cancellationToken));
        db.Add(next);
        await db.AccessCacheKeys.Where(key => key.Number < next.Number).ExecuteDeleteAsync(cancellationToken);
        return [next];
    }

    private AccessCacheKey Follow(List<AccessCacheKey> stored) => AccessCacheKey.Make(
        (stored.Count > 0 ? stored[0].Number : 0) + 1,
        RandomNumberGenerator.GetBytes(AccessCacheKey.SecretLength),
        clock.GetUtcNow());

    private bool IsDue(List<AccessCacheKey> stored) =>
        stored.Count == 0 || clock.GetUtcNow() - stored[0].CreateTime >= Lifetime;

    private static Task<List<AccessCacheKey>> NewestAsync(
        EntitlementDbContext db, CancellationToken cancellationToken) =>
        db.AccessCacheKeys.OrderByDescending(key => key.Number).Take(Accepted).ToListAsync(cancellationToken);

    private static CacheKeyRing RingOf(List<AccessCacheKey> stored) =>
        new([.. stored.Select(key => new CacheKey(key.Id, key.Secret))]);
}
