namespace Grpc.Core;

/// <summary>How far a channel is on its way to the server.</summary>
public enum ConnectivityState
{
    /// <summary>Not connected, and not trying to be.</summary>
    Idle,

    /// <summary>A connection is being made.</summary>
    Connecting,

    /// <summary>Connected: calls can be sent.</summary>
    Ready,

    /// <summary>The last attempt failed; another will follow.</summary>
    TransientFailure,

    /// <summary>Closed for good.</summary>
    Shutdown,
}
