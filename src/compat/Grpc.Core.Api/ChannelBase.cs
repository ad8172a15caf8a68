namespace Grpc.Core;

/// <summary>The way to a server, shared by many calls.</summary>
public abstract class ChannelBase
{
    /// <param name="target">Where the server is.</param>
    protected ChannelBase(string target)
    {
        ArgumentNullException.ThrowIfNull(target);
        Target = target;
    }

    /// <summary>Where the server is.</summary>
    public string Target { get; }

    /// <summary>What makes calls on this channel.</summary>
    public abstract CallInvoker CreateCallInvoker();

    /// <summary>Closes the channel; when it is closed, what it held is free.</summary>
    public Task ShutdownAsync() => ShutdownAsyncCore();

    /// <summary>See <see cref="ShutdownAsync"/>; there is nothing to free unless this is overridden.</summary>
    protected virtual Task ShutdownAsyncCore() => Task.CompletedTask;
}
