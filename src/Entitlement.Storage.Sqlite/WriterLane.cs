using System.Threading.Channels;

namespace Entitlement.Storage.Sqlite;

/// <summary>
/// SQLite has one writer at a time: callers queue here, first come first served, and not by trying over and over inside
/// SQLite, where the luckiest wins. One loop serves them; whatever takes several turns at once, so that they share one
/// durable commit, belongs there.
/// </summary>
internal sealed class WriterLane : IAsyncDisposable
{
    private readonly Channel<Turn> _turns;
    private readonly Task _loop;

    /// <param name="capacity">How many may wait.</param>
    public WriterLane(int capacity)
    {
        _turns = Channel.CreateBounded<Turn>(new BoundedChannelOptions(capacity) { SingleReader = true });

        // The loop outlives whoever makes the lane, so it must not go on in that one's log scopes and traces.
        using (ExecutionContext.SuppressFlow())
        {
            _loop = Task.Run(ServeAsync);
        }
    }

    /// <exception cref="StorageUnavailableException">The queue is full, or the lane is closed.</exception>
    public async Task<T> RunAsync<T>(Func<CancellationToken, Task<T>> work, CancellationToken cancellationToken)
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
        await foreach (var turn in _turns.Reader.ReadAllAsync())
        {
            await turn.ServeAsync();
        }
    }

    /// <summary>One caller's place in the queue. It is either served or left, never both.</summary>
    private abstract class Turn
    {
        private readonly ExecutionContext? _context = ExecutionContext.Capture();
        private int _isTaken;

        public void Leave()
        {
            if (TryTake())
            {
                Cancel();
            }
        }

        /// <summary>Never throws: what the work throws goes to its own caller alone.</summary>
        public Task ServeAsync()
        {
            if (!TryTake())
            {
                return Task.CompletedTask;
            }

            if (_context is null)
            {
                return RunAsync();
            }

            // In the caller's log scope and trace.
            var running = Task.CompletedTask;
            ExecutionContext.Run(_context, _ => running = RunAsync(), null);
            return running;
        }

        protected abstract void Cancel();

        protected abstract Task RunAsync();

        private bool TryTake() => Interlocked.Exchange(ref _isTaken, 1) == 0;
    }

    private sealed class Turn<T>(Func<CancellationToken, Task<T>> work, CancellationToken cancellationToken) : Turn
    {
        // The loop must not run the callers' continuations: it would serve nobody meanwhile.
        private readonly TaskCompletionSource<T> _result = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task<T> Result => _result.Task;

        protected override void Cancel() => _result.TrySetCanceled(cancellationToken);

        protected override async Task RunAsync()
        {
            var done = StartAsync();
            await ((Task)done).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            _result.TrySetFromTask(done);
        }

        /// <summary>Turns what is thrown before the first await into a failed task, too.</summary>
        private async Task<T> StartAsync() => await work(cancellationToken);
    }
}
