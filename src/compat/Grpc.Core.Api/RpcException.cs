namespace Grpc.Core;

/// <summary>
/// A call that did not end well. A client gets it from the call; a server's method throws it to end the call with this
/// status and these trailers.
/// </summary>
public class RpcException : Exception
{
    /// <param name="status">How the call ended.</param>
    public RpcException(Status status)
        : this(status, Metadata.Empty)
    {
    }

    /// <param name="status">How the call ended.</param>
    /// <param name="message">Text of the exception only; it is not sent.</param>
    public RpcException(Status status, string message)
        : this(status, Metadata.Empty, message)
    {
    }

    /// <param name="status">How the call ended.</param>
    /// <param name="trailers">What the server says at the end beside the status.</param>
    public RpcException(Status status, Metadata trailers)
        : this(status, trailers, status.ToString())
    {
    }

    /// <param name="status">How the call ended.</param>
    /// <param name="trailers">What the server says at the end beside the status.</param>
    /// <param name="message">Text of the exception only; it is not sent.</param>
    public RpcException(Status status, Metadata trailers, string message)
        : base(message, status.DebugException)
    {
        ArgumentNullException.ThrowIfNull(trailers);
        Status = status;
        Trailers = trailers;
    }

    /// <summary>How the call ended.</summary>
    public Status Status { get; }

    /// <summary>The code of <see cref="Status"/>.</summary>
    public StatusCode StatusCode => Status.StatusCode;

    /// <summary>What the server said at the end beside the status; empty when it said nothing.</summary>
    public Metadata Trailers { get; }
}
