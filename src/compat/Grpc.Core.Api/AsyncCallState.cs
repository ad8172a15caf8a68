namespace Grpc.Core;

/// <summary>What every kind of call offers beside its messages. Spares each call a closure: the functions get the state.</summary>
internal readonly struct AsyncCallState
{
    private readonly object _state;
    private readonly object _responseHeaders;
    private readonly Func<object, Status> _getStatus;
    private readonly Func<object, Metadata> _getTrailers;
    private readonly Action<object> _dispose;

    public AsyncCallState(
        Func<object, Task<Metadata>> responseHeaders,
        Func<object, Status> getStatus,
        Func<object, Metadata> getTrailers,
        Action<object> dispose,
        object state)
    {
        ArgumentNullException.ThrowIfNull(responseHeaders);
        ArgumentNullException.ThrowIfNull(getStatus);
        ArgumentNullException.ThrowIfNull(getTrailers);
        ArgumentNullException.ThrowIfNull(dispose);
        _responseHeaders = responseHeaders;
        _getStatus = getStatus;
        _getTrailers = getTrailers;
        _dispose = dispose;
        _state = state;
    }

    public AsyncCallState(
        Task<Metadata> responseHeaders, Func<Status> getStatus, Func<Metadata> getTrailers, Action dispose)
    {
        ArgumentNullException.ThrowIfNull(responseHeaders);
        ArgumentNullException.ThrowIfNull(getStatus);
        ArgumentNullException.ThrowIfNull(getTrailers);
        ArgumentNullException.ThrowIfNull(dispose);
        _responseHeaders = responseHeaders;
        _state = responseHeaders;
        _getStatus = _ => getStatus();
        _getTrailers = _ => getTrailers();
        _dispose = _ => dispose();
    }

    public Task<Metadata> ResponseHeadersAsync => _responseHeaders as Task<Metadata>
        ?? ((Func<object, Task<Metadata>>)_responseHeaders)(_state);

    public Status GetStatus() => _getStatus(_state);

    public Metadata GetTrailers() => _getTrailers(_state);

    public void Dispose() => _dispose(_state);
}
