using Entitlement.Storage.Writing;

namespace Entitlement.Storage.Sqlite;

/// <summary>One caller's place in the <see cref="WriterLane"/>. It is either taken or left, never both.</summary>
internal abstract class Turn
{
    private readonly ExecutionContext? _context = ExecutionContext.Capture();
    private int _isTaken;

    /// <summary>The caller gives up. Once its work has begun, it waits for the outcome.</summary>
    public void Leave()
    {
        if (TryTake())
        {
            Cancel();
        }
    }

    /// <summary>False when the caller has left.</summary>
    public bool TryTake() => Interlocked.Exchange(ref _isTaken, 1) == 0;

    /// <summary>
    /// Runs the caller's work in the caller's log scope and trace. Its outcome is kept for <see cref="Release"/>.
    /// </summary>
    public Task ApplyAsync(EntitlementDbContext db)
    {
        if (_context is null)
        {
            return RunAsync(db);
        }

        var running = Task.CompletedTask;
        ExecutionContext.Run(_context, _ => running = RunAsync(db), null);
        return running;
    }

    /// <summary>Tells the caller the outcome, once it holds.</summary>
    /// <param name="commit">
    /// Of the transaction that the work was part of; when it failed, nothing that the work found counts.
    /// </param>
    public abstract void Release(Task commit);

    protected abstract void Cancel();

    protected abstract Task RunAsync(EntitlementDbContext db);
}

/// <inheritdoc/>
internal sealed class Turn<T>(
    Func<EntitlementDbContext, CancellationToken, Task<T>> work, CancellationToken cancellationToken) : Turn
{
    // The lane must not run the callers' continuations: it would serve nobody meanwhile.
    private readonly TaskCompletionSource<T> _result = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private Task<T>? _outcome;

    public Task<T> Result => _result.Task;

    public override void Release(Task commit)
    {
        if (!commit.IsCompletedSuccessfully)
        {
            _result.TrySetException(commit.Exception?.InnerException ?? new TaskCanceledException(commit));
        }
        else if (_outcome is not null)
        {
            _result.TrySetFromTask(_outcome);
        }
    }

    protected override void Cancel() => _result.TrySetCanceled(cancellationToken);

    protected override Task RunAsync(EntitlementDbContext db) => _outcome = db.ApplyAsync(work, cancellationToken);
}
