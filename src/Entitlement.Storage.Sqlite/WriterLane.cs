using System.Data.Common;
using System.Threading.Channels;
using Entitlement.Storage.Writing;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;

namespace Entitlement.Storage.Sqlite;

/// <summary>
/// SQLite has one writer at a time: callers queue here, first come first served, and not by trying over and over inside
/// SQLite, where the luckiest wins. Those who wait share a transaction and its durable commit, each behind a savepoint
/// of its own, so that what one of them fails at undoes nothing of the others. Nobody is told anything before the
/// commit.
/// </summary>
internal sealed class WriterLane : IAsyncDisposable
{
    /// <summary>How many share a commit at most. With more, what each of them saves no longer counts.</summary>
    public const int MaxBatch = 64;

    /// <summary>
    /// How long a batch takes further turns: a small change must not wait for many large ones behind it.
    /// </summary>
    public static readonly TimeSpan MaxBatchTime = TimeSpan.FromMilliseconds(20);

    private const string Savepoint = "turn";

    private readonly IDbContextFactory<EntitlementDbContext> _contexts;
    private readonly TimeProvider _clock;
    private readonly Channel<Turn> _turns;
    private readonly Task _loop;

    /// <summary>Kept open from batch to batch, with its prepared statements; a failure ends it.</summary>
    private EntitlementDbContext? _db;

    /// <param name="contexts">Where its context comes from.</param>
    /// <param name="capacity">How many may wait.</param>
    /// <param name="clock">Ends a batch in time.</param>
    public WriterLane(IDbContextFactory<EntitlementDbContext> contexts, int capacity, TimeProvider clock)
    {
        _contexts = contexts;
        _clock = clock;
        _turns = Channel.CreateBounded<Turn>(new BoundedChannelOptions(capacity) { SingleReader = true });

        // The loop outlives whoever makes the lane, so it must not go on in that one's log scopes and traces.
        using (ExecutionContext.SuppressFlow())
        {
            _loop = Task.Run(ServeAsync);
        }
    }

    /// <exception cref="StorageUnavailableException">
    /// The queue is full, the lane is closed, or the commit failed.
    /// </exception>
    public async Task<T> RunAsync<T>(
        Func<EntitlementDbContext, CancellationToken, Task<T>> work, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var turn = new Turn<T>(work, cancellationToken);
        if (!_turns.Writer.TryWrite(turn))
        {
            throw new StorageUnavailableException("Too many writes wait for their turn.");
        }

        await using (cancellationToken.UnsafeRegister(static turn => ((Turn)turn!).Leave(), turn))
        {
            return await turn.Result;
        }
    }

    /// <summary>Takes no more turns; those that wait are still served.</summary>
    public void Complete() => _turns.Writer.TryComplete();

    public async ValueTask DisposeAsync()
    {
        Complete();
        await _loop;
    }

    private async Task ServeAsync()
    {
        var batch = new List<Turn>(MaxBatch);
        while (await _turns.Reader.WaitToReadAsync())
        {
            var served = ServeAsync(batch);
            await served.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (!served.IsCompletedSuccessfully)
            {
                await CloseAsync();
                if (batch.Count == 0)
                {
                    // No transaction could be begun: SQLite has waited long enough for another process, say.
                    TakeAll(batch);
                }
            }

            batch.ForEach(turn => turn.Release(served));
            batch.Clear();
        }

        await CloseAsync();
    }

    /// <param name="batch">Gets those who are served; when this fails, all of them are told the failure.</param>
    private async Task ServeAsync(List<Turn> batch)
    {
        await using var transaction = await BeginAsync();
        var start = _clock.GetTimestamp();
        while (batch.Count < MaxBatch && _clock.GetElapsedTime(start) < MaxBatchTime && await NextAsync() is { } turn)
        {
            batch.Add(turn);
            await ApplyAsync(turn, _db!, transaction);
        }

        await transaction.CommitDurablyAsync();
    }

    private async Task<IDbContextTransaction> BeginAsync()
    {
        if (_db is null)
        {
            _db = await _contexts.CreateWritingContextAsync(CancellationToken.None);
            await _db.Database.OpenConnectionAsync();
        }

        return await _db.BeginWriteAsync(CancellationToken.None);
    }

    /// <summary>Whatever closing a broken connection throws, the lane goes on with a new one.</summary>
    private async Task CloseAsync()
    {
        if (_db is { } db)
        {
            _db = null;
            await db.DisposeAsync().AsTask().ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private void TakeAll(List<Turn> batch)
    {
        while (_turns.Reader.TryRead(out var turn))
        {
            batch.Add(turn);
        }
    }

    /// <summary>Null when nobody waits, or is about to.</summary>
    private async ValueTask<Turn?> NextAsync()
    {
        if (_turns.Reader.TryRead(out var turn))
        {
            return turn;
        }

        // To the end of the thread pool's queue. The more calls are under way, the more of them come here meanwhile and
        // share the commit; when there are none, this takes no time.
        await Task.Yield();
        return _turns.Reader.TryRead(out turn) ? turn : null;
    }

    private static async Task ApplyAsync(Turn turn, EntitlementDbContext db, IDbContextTransaction transaction)
    {
        if (!turn.TryTake())
        {
            return;
        }

        await transaction.CreateSavepointAsync(Savepoint);
        var applied = turn.ApplyAsync(db);
        await applied.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (!applied.IsCompletedSuccessfully)
        {
            await UndoAsync(applied, transaction);
        }

        await transaction.ReleaseSavepointAsync(Savepoint);
        db.ChangeTracker.Clear();
    }

    private static async Task UndoAsync(Task failed, IDbContextTransaction transaction)
    {
        try
        {
            await transaction.RollbackToSavepointAsync(Savepoint);
        }
        catch (Exception lost) when (lost is DbException or InvalidOperationException)
        {
            // After a full disk and the like SQLite has undone the whole transaction by itself, the others' work with
            // it.
            throw new StorageUnavailableException("The transaction was lost; nothing was changed.", failed.Exception);
        }
    }
}
