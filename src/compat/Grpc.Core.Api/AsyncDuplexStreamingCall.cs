namespace Grpc.Core;

/// <summary>A call that sends a stream of requests and reads a stream of responses.</summary>
public sealed class AsyncDuplexStreamingCall<TRequest, TResponse> : IDisposable
{
    private readonly AsyncCallState _call;

    /// <summary>A call whose functions hold what they need.</summary>
    /// <param name="requestStream">Where requests are sent.</param>
    /// <param name="responseStream">Where responses are read.</param>
    /// <param name="responseHeadersAsync">What the server sends ahead.</param>
    /// <param name="getStatusFunc">The status, once the call is over.</param>
    /// <param name="getTrailersFunc">What the server sent at the end, once the call is over.</param>
    /// <param name="disposeAction">Gives the call up if it is not over.</param>
    public AsyncDuplexStreamingCall(
        IClientStreamWriter<TRequest> requestStream,
        IAsyncStreamReader<TResponse> responseStream,
        Task<Metadata> responseHeadersAsync,
        Func<Status> getStatusFunc,
        Func<Metadata> getTrailersFunc,
        Action disposeAction)
    {
        ArgumentNullException.ThrowIfNull(requestStream);
        RequestStream = requestStream;
        ArgumentNullException.ThrowIfNull(responseStream);
        ResponseStream = responseStream;
        _call = new AsyncCallState(responseHeadersAsync, getStatusFunc, getTrailersFunc, disposeAction);
    }

    /// <summary>A call whose functions are handed what they need.</summary>
    /// <param name="requestStream">Where requests are sent.</param>
    /// <param name="responseStream">Where responses are read.</param>
    /// <param name="responseHeadersAsync">What the server sends ahead.</param>
    /// <param name="getStatusFunc">The status, once the call is over.</param>
    /// <param name="getTrailersFunc">What the server sent at the end, once the call is over.</param>
    /// <param name="disposeAction">Gives the call up if it is not over.</param>
    /// <param name="state">Handed to each function.</param>
    public AsyncDuplexStreamingCall(
        IClientStreamWriter<TRequest> requestStream,
        IAsyncStreamReader<TResponse> responseStream,
        Func<object, Task<Metadata>> responseHeadersAsync,
        Func<object, Status> getStatusFunc,
        Func<object, Metadata> getTrailersFunc,
        Action<object> disposeAction,
        object state)
    {
        ArgumentNullException.ThrowIfNull(requestStream);
        RequestStream = requestStream;
        ArgumentNullException.ThrowIfNull(responseStream);
        ResponseStream = responseStream;
        _call = new AsyncCallState(responseHeadersAsync, getStatusFunc, getTrailersFunc, disposeAction, state);
    }

    /// <summary>Where requests are sent.</summary>
    public IClientStreamWriter<TRequest> RequestStream { get; }

    /// <summary>Where responses are read.</summary>
    public IAsyncStreamReader<TResponse> ResponseStream { get; }

    /// <summary>What the server sends ahead of its first response.</summary>
    public Task<Metadata> ResponseHeadersAsync => _call.ResponseHeadersAsync;

    /// <summary>How the call ended.</summary>
    /// <exception cref="InvalidOperationException">It is not over.</exception>
    public Status GetStatus() => _call.GetStatus();

    /// <summary>What the server sent at the end.</summary>
    /// <exception cref="InvalidOperationException">The call is not over.</exception>
    public Metadata GetTrailers() => _call.GetTrailers();

    /// <summary>Frees what the call holds, and gives it up if it is not over.</summary>
    public void Dispose() => _call.Dispose();
}
