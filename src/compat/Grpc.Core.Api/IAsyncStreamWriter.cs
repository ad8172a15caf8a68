namespace Grpc.Core;

/// <summary>The sending end of a stream of messages.</summary>
public interface IAsyncStreamWriter<in T>
{
    /// <summary>How the messages that follow are written; null for what the call says.</summary>
    WriteOptions? WriteOptions { get; set; }

    /// <summary>Sends a message. One at a time.</summary>
    Task WriteAsync(T message);

    /// <summary>Sends a message. One at a time.</summary>
    /// <param name="message">The message.</param>
    /// <param name="cancellationToken">Ends the sending, and with it the call.</param>
    /// <exception cref="NotSupportedException">This writer cannot be given up, and the token could ask for it.</exception>
    Task WriteAsync(T message, CancellationToken cancellationToken) => cancellationToken.CanBeCanceled
        ? throw new NotSupportedException("This stream writer cannot cancel a write.")
        : WriteAsync(message);
}
