namespace Grpc.Core;

/// <summary>What a client asks for with one call. The <c>With…</c> methods give a changed copy.</summary>
/// <param name="headers">What is sent ahead of the request.</param>
/// <param name="deadline">UTC; when the call ends at the latest.</param>
/// <param name="cancellationToken">Gives the call up.</param>
/// <param name="writeOptions">How requests are written.</param>
/// <param name="propagationToken">Of the server's call that this one is made for.</param>
/// <param name="credentials">Who is calling, for this call alone.</param>
public struct CallOptions(
    Metadata? headers = null,
    DateTime? deadline = null,
    CancellationToken cancellationToken = default,
    WriteOptions? writeOptions = null,
    ContextPropagationToken? propagationToken = null,
    CallCredentials? credentials = null)
{
    /// <summary>What is sent ahead of the request; null for nothing.</summary>
    public Metadata? Headers { get; private set; } = headers;

    /// <summary>UTC; when the call ends at the latest. Null: never.</summary>
    public DateTime? Deadline { get; private set; } = deadline;

    /// <summary>Gives the call up.</summary>
    public CancellationToken CancellationToken { get; private set; } = cancellationToken;

    /// <summary>How requests are written; null for the default.</summary>
    public WriteOptions? WriteOptions { get; private set; } = writeOptions;

    /// <summary>Of the server's call that this one is made for; null for none.</summary>
    public ContextPropagationToken? PropagationToken { get; private set; } = propagationToken;

    /// <summary>Who is calling, for this call alone; null for what the channel says.</summary>
    public CallCredentials? Credentials { get; private set; } = credentials;

    /// <summary>Whether the call waits for a channel that cannot connect, where it would otherwise fail at once.</summary>
    public bool IsWaitForReady { get; private set; }

    /// <summary>The same with other headers.</summary>
    public readonly CallOptions WithHeaders(Metadata headers) => this with { Headers = headers };

    /// <summary>The same with another deadline, in UTC.</summary>
    public readonly CallOptions WithDeadline(DateTime deadline) => this with { Deadline = deadline };

    /// <summary>The same with another token.</summary>
    public readonly CallOptions WithCancellationToken(CancellationToken cancellationToken) =>
        this with { CancellationToken = cancellationToken };

    /// <summary>The same with requests written in another way.</summary>
    public readonly CallOptions WithWriteOptions(WriteOptions writeOptions) => this with { WriteOptions = writeOptions };

    /// <summary>The same made for another call of the server.</summary>
    public readonly CallOptions WithPropagationToken(ContextPropagationToken propagationToken) =>
        this with { PropagationToken = propagationToken };

    /// <summary>The same in another's name.</summary>
    public readonly CallOptions WithCredentials(CallCredentials credentials) => this with { Credentials = credentials };

    /// <summary>The same, waiting or not for a channel that cannot connect.</summary>
    public readonly CallOptions WithWaitForReady(bool waitForReady = true) => this with { IsWaitForReady = waitForReady };
}
