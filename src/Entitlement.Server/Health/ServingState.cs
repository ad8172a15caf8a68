namespace Entitlement.Server.Health;

/// <summary>
/// Whether the server can serve: the database answers, the signing key can sign, and it is not about to stop. Whoever watches is
/// woken at each change and reads what it is by then, so that a slow watcher costs no memory.
/// </summary>
internal sealed class ServingState
{
    private readonly Lock _lock = new();
    private TaskCompletionSource _changed = NewSignal();
    private Snapshot _now = new(StorageAnswers: false, KeysUsable: false, IsStopping: false);

    /// <summary>The state, and what ends at the next change of it.</summary>
    public (Snapshot State, Task Changed) Read()
    {
        lock (_lock)
        {
            return (_now, _changed.Task);
        }
    }

    public void SetStorage(bool answers) => Change(state => state with { StorageAnswers = answers });

    public void SetKeysUsable(bool usable) => Change(state => state with { KeysUsable = usable });

    /// <summary>For good: a server that stops does not begin to serve again.</summary>
    public void SetStopping() => Change(state => state with { IsStopping = true });

    private void Change(Func<Snapshot, Snapshot> change)
    {
        TaskCompletionSource changed;
        lock (_lock)
        {
            var next = change(_now);
            if (next == _now)
            {
                return;
            }

            _now = next;
            (changed, _changed) = (_changed, NewSignal());
        }

        changed.SetResult();
    }

    // Continuations run elsewhere, so that no watcher holds up whoever reports a change.
    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    internal readonly record struct Snapshot(bool StorageAnswers, bool KeysUsable, bool IsStopping)
    {
        public bool IsServing => StorageAnswers && KeysUsable && !IsStopping;
    }
}
