using StackExchange.Redis;

namespace Entitlement.Server.Access.Cache.Shared;

/// <summary>
/// One connection, for as long as it is to be trusted. Answers have no ids: after one too many each is that to the
/// question before, for good. So a connection that was lost, answers nothing in time for a while or gives what is not
/// intact several times in a row is given up, and <see cref="RedisLink"/> makes another.
/// </summary>
internal sealed class RedisConnection : IDisposable
{
    /// <summary>Values in a row that are not intact, after which it is given up.</summary>
    private const int MaxRejections = 5;

    /// <summary>
    /// For how many time limits nothing may be answered in time, while something is asked. Not a number of questions: a server
    /// that is short of processors is late with all that are under way at once, and must not lose just then what keeps its
    /// database from being asked.
    /// </summary>
    private const int MaxSilence = 5;

    /// <summary>Questions that may be under way; more are not asked.</summary>
    private const int MaxUnderWay = 1_024;

    private readonly ConnectionMultiplexer _multiplexer;
    private readonly IDatabase _database;
    private readonly TimeSpan _timeout;
    private readonly TimeProvider _clock;
    private readonly TaskCompletionSource<string> _broken = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private long _silentSince;
    private int _rejected;
    private int _rejections;
    private int _underWay;

    private RedisConnection(ConnectionMultiplexer multiplexer, TimeSpan timeout, TimeProvider clock)
    {
        _multiplexer = multiplexer;
        _database = multiplexer.GetDatabase();
        _timeout = timeout;
        _clock = clock;
        multiplexer.ConnectionFailed += (_, lost) => _broken.TrySetResult($"{lost.FailureType}");
    }

    /// <summary>Ends with the reason when the connection is not to be used any more.</summary>
    public Task<string> Broken => _broken.Task;

    /// <param name="options">Checked.</param>
    /// <param name="received">Given what comes by <see cref="RedisOptions.HintChannel"/>; must not wait.</param>
    /// <param name="clock">What time-outs go by.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public static async Task<RedisConnection> OpenAsync(
        RedisOptions options, Action<byte[]?> received, TimeProvider clock, CancellationToken cancellationToken)
    {
        var connecting = ConnectionMultiplexer.ConnectAsync(options.Read());
        ConnectionMultiplexer multiplexer;
        try
        {
            // The library waits for each of several servers in turn.
            multiplexer = await connecting.WaitAsync(2 * options.ConnectTimeout, clock, cancellationToken);
        }
        catch
        {
            _ = connecting.ContinueWith(
                late => Close(late.Result),
                CancellationToken.None,
                TaskContinuationOptions.OnlyOnRanToCompletion,
                TaskScheduler.Default);
            throw;
        }

        var connection = new RedisConnection(multiplexer, options.Timeout, clock);
        try
        {
            var channel = new RedisChannel(options.HintChannel, RedisChannel.PatternMode.Literal);
            await multiplexer.GetSubscriber()
                .SubscribeAsync(channel, (_, message) => received(message))
                .WaitAsync(options.ConnectTimeout, clock, cancellationToken);

            // One that connects and then answers too late would make calls wait in vain, again and again.
            await connection._database.PingAsync().WaitAsync(MaxSilence * options.Timeout, clock, cancellationToken);
            return connection;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    /// <summary>Asks, within the time limit; a failure counts against the connection.</summary>
    /// <returns>Null when there was no answer in time, or too many wait for one already.</returns>
    public async Task<Answer<T>?> AskAsync<T>(Func<IDatabase, Task<T>> ask, CancellationToken cancellationToken)
    {
        if (Interlocked.Increment(ref _underWay) > MaxUnderWay)
        {
            Interlocked.Decrement(ref _underWay);
            return null;
        }

        Task<T>? asked = null;
        try
        {
            asked = ask(_database);
            var answer = new Answer<T>(await asked.WaitAsync(_timeout, _clock, cancellationToken));
            Volatile.Write(ref _silentSince, 0);
            return answer;
        }
        // Whatever a library makes of an answer that was spoilt on its way: the caller has the database to ask.
        catch (Exception failure) when (!cancellationToken.IsCancellationRequested)
        {
            NoteSilence(RedisFault.KindOf(failure));
            return null;
        }
        finally
        {
            Leave(asked);
        }
    }

    /// <summary>
    /// Something came back that only this connection's own server, in its right turn, could have said.
    /// </summary>
    public void Succeed() => Volatile.Write(ref _rejected, 0);

    /// <summary>What came back was not intact.</summary>
    /// <returns>Whether it is the first time.</returns>
    public bool Reject()
    {
        if (Interlocked.Increment(ref _rejected) >= MaxRejections)
        {
            _broken.TrySetResult("ValueRejected");
        }

        return Interlocked.Increment(ref _rejections) == 1;
    }

    public void Dispose()
    {
        _broken.TrySetResult("Closed");
        Close(_multiplexer);
    }

    /// <summary>Waits for nothing that is under way.</summary>
    private static void Close(ConnectionMultiplexer multiplexer)
    {
        multiplexer.Close(allowCommandsToComplete: false);
        multiplexer.Dispose();
    }

    private void NoteSilence(string kind)
    {
        var now = _clock.GetTimestamp();
        var since = Interlocked.CompareExchange(ref _silentSince, now, 0);
        if (since != 0 && _clock.GetElapsedTime(since, now) >= MaxSilence * _timeout)
        {
            _broken.TrySetResult(kind);
        }
    }

    /// <summary>A question that nobody waits for any more still takes its place, until it is answered.</summary>
    private void Leave(Task? asked)
    {
        if (asked is null or { IsCompleted: true })
        {
            Interlocked.Decrement(ref _underWay);
            return;
        }

        _ = asked.ContinueWith(
            (late, connection) =>
            {
                // Looked at, so that it does not count as a failure that nobody saw.
                _ = late.Exception;
                Interlocked.Decrement(ref ((RedisConnection)connection!)._underWay);
            },
            this,
            CancellationToken.None,
            TaskContinuationOptions.ExecuteSynchronously,
            TaskScheduler.Default);
    }
}

/// <summary>What Redis said, be it that there is nothing.</summary>
internal readonly record struct Answer<T>(T Value);
