namespace Grpc.Core;

/// <summary>The receiving end of a stream of messages.</summary>
public interface IAsyncStreamReader<out T>
{
    /// <summary>The message that <see cref="MoveNext"/> came to.</summary>
    T Current { get; }

    /// <summary>Comes to the next message. One at a time.</summary>
    /// <param name="cancellationToken">Ends the waiting, and with it the call.</param>
    /// <returns>False at the end of the stream.</returns>
    Task<bool> MoveNext(CancellationToken cancellationToken);
}
