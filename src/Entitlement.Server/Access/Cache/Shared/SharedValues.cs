using Microsoft.Extensions.Options;
using StackExchange.Redis;

namespace Entitlement.Server.Access.Cache.Shared;

/// <summary>
/// What the servers of one database share in Redis: sealed values by name, and hints that access has changed. All of it
/// may be lost, late, old or forged; nothing here makes a caller wait for long, and nothing fails because of it.
/// </summary>
internal sealed class SharedValues
{
    /// <summary>Bytes on their way to Redis at most; more are not sent.</summary>
    private const int MaxPendingBytes = 16 << 20;

    private readonly RedisLink _link;
    private readonly CacheKeys _keys;
    private readonly RedisOptions _options;
    private readonly SharedMetrics _metrics;
    private readonly ILogger<SharedValues> _logger;
    private long _pendingBytes;

    public SharedValues(
        RedisLink link,
        CacheKeys keys,
        IOptions<RedisOptions> options,
        SharedMetrics metrics,
        ILogger<SharedValues> logger)
    {
        _link = link;
        _keys = keys;
        _options = options.Value;
        _metrics = metrics;
        _logger = logger;
        link.Received = OnReceived;
    }

    /// <summary>
    /// Raised with the version of each hint that a server of ours gave, this one among them, at some time; who listens must
    /// not wait.
    /// </summary>
    public event Action<long>? Hinted;

    /// <summary>Looks a value up.</summary>
    /// <param name="name">Its name, without the prefix.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>
    /// Version and content as one of our servers stored them under this name at some time; null when there is nothing
    /// of that kind, or it can't be had within <see cref="RedisOptions.Timeout"/>.
    /// </returns>
    public async ValueTask<SharedValue?> FindAsync(string name, CancellationToken cancellationToken)
    {
        if (_link.Current is not { } connection || _keys.Ring is not { } ring)
        {
            return null;
        }

        // A range, so that not even a value of megabytes, which somebody else put there, is sent here.
        var key = _options.NamePrefix + name;
        var answer = await connection.AskAsync(
            database => database.StringGetRangeAsync(key, 0, Seal.MaxLength), cancellationToken);
        if (answer is not { } found)
        {
            _metrics.Found(FindResult.Failed);
            return null;
        }

        byte[]? value = found.Value;
        if (value is null or [])
        {
            _metrics.Found(FindResult.Miss);
            return null;
        }

        return Open(connection, ring, key, value);
    }

    /// <summary>
    /// Stores a value beside the caller; it is dropped where Redis is away or slow, or the value too large.
    /// </summary>
    /// <param name="name">Its name, without the prefix.</param>
    /// <param name="version">The version of the clock of access at which the content was read.</param>
    /// <param name="content">At most <see cref="Seal.MaxContent"/> bytes.</param>
    public void Store(string name, long version, ReadOnlySpan<byte> content)
    {
        if (_link.Current is not { } connection || _keys.Ring is not { } ring)
        {
            return;
        }

        if (content.Length > Seal.MaxContent || Interlocked.Read(ref _pendingBytes) + content.Length > MaxPendingBytes)
        {
            _metrics.Stored(isKept: false);
            return;
        }

        var key = _options.NamePrefix + name;
        _ = SetAsync(connection, key, Seal.Close(ring.Newest, key, version, content));
    }

    /// <summary>Tells all servers, beside the caller, that access has changed: to be called after the commit.</summary>
    /// <param name="version">The version that the change was given.</param>
    public void Hint(long version)
    {
        if (_link.Current is { } connection && _keys.Ring is { } ring)
        {
            _ = PublishAsync(connection, Seal.Close(ring.Newest, _options.HintChannel, version, []));
        }
    }

    private SharedValue? Open(RedisConnection connection, CacheKeyRing ring, string key, byte[] value)
    {
        switch (Seal.Open(ring, key, value, out var version, out var content))
        {
            case SealState.Intact:
                connection.Succeed();
                _metrics.Found(FindResult.Hit);
                return new SharedValue(version, content);
            case SealState.UnknownKey:
                _keys.ReadSoon();
                _metrics.Found(FindResult.Rejected);
                return null;
            default:
                _metrics.Found(FindResult.Rejected);
                if (connection.Reject())
                {
                    Log.ValueRejected(_logger, key);
                }

                return null;
        }
    }

    private async Task SetAsync(RedisConnection connection, string key, byte[] value)
    {
        Interlocked.Add(ref _pendingBytes, value.Length);
        try
        {
            var answer = await connection.AskAsync(
                database => database.StringSetAsync(key, value, _options.Expiry, When.Always, CommandFlags.None),
                CancellationToken.None);
            _metrics.Stored(isKept: answer is { Value: true });
        }
        finally
        {
            Interlocked.Add(ref _pendingBytes, -value.Length);
        }
    }

    private async Task PublishAsync(RedisConnection connection, byte[] hint)
    {
        var channel = new RedisChannel(_options.HintChannel, RedisChannel.PatternMode.Literal);
        var answer = await connection.AskAsync(
            database => database.PublishAsync(channel, hint, CommandFlags.None), CancellationToken.None);
        _metrics.Hinted(answer is null ? HintResult.Lost : HintResult.Sent);
    }

    /// <summary>
    /// Sealed as values are: who can only write to Redis can't make servers ask the database again and again.
    /// </summary>
    private void OnReceived(byte[]? hint)
    {
        if (hint is null || _keys.Ring is not { } ring)
        {
            return;
        }

        switch (Seal.Open(ring, _options.HintChannel, hint, out var version, out _))
        {
            case SealState.Intact:
                _metrics.Hinted(HintResult.Received);
                Hinted?.Invoke(version);
                break;
            case SealState.UnknownKey:
                _metrics.Hinted(HintResult.Rejected);
                _keys.ReadSoon();
                break;
            default:
                _metrics.Hinted(HintResult.Rejected);
                break;
        }
    }
}

/// <summary>What was stored under a name at some time.</summary>
/// <param name="Version">The version of the clock of access at which the content was read.</param>
/// <param name="Content">As it was stored.</param>
internal readonly record struct SharedValue(long Version, ReadOnlyMemory<byte> Content);
