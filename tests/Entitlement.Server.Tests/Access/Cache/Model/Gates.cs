namespace Entitlement.Server.Tests.Access.Cache.Model;

/// <summary>When a reading waits for the test to let it go on.</summary>
internal enum Slowness
{
    None,

    /// <summary>Before it sees the database.</summary>
    Before,

    /// <summary>After it saw the database: it brings what was true then.</summary>
    After,
}

/// <summary>Where readings of all nodes wait.</summary>
internal sealed class Gates
{
    private readonly List<TaskCompletionSource> _gates = [];

    public int Waiting => _gates.Count;

    /// <summary>Reads as slowly as that.</summary>
    public async Task<T> PassAsync<T>(Slowness slowness, Func<Task<T>> read, CancellationToken cancellationToken)
    {
        if (slowness == Slowness.Before)
        {
            await WaitAsync(cancellationToken);
        }

        var seen = await read();
        if (slowness == Slowness.After)
        {
            await WaitAsync(cancellationToken);
        }

        return seen;
    }

    /// <summary>Lets a reading that waits go on.</summary>
    public void Release(int index)
    {
        var gate = _gates[index % _gates.Count];
        _gates.Remove(gate);
        gate.SetResult();
    }

    private Task WaitAsync(CancellationToken cancellationToken)
    {
        var gate = new TaskCompletionSource();
        _gates.Add(gate);
        return gate.Task.WaitAsync(cancellationToken);
    }
}
