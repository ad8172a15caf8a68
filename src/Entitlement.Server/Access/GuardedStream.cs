using Grpc.Core;

namespace Entitlement.Server.Access;

/// <summary>A caller's stream of messages, each checked before the method sees it; the first before the method runs at all.</summary>
internal sealed class GuardedStream<TRequest>(IAsyncStreamReader<TRequest> stream, CallGuard guard) : IAsyncStreamReader<TRequest>
    where TRequest : class
{
    private bool _firstIsReady;
    private bool _isOver;

    public TRequest Current => stream.Current;

    public async Task ReadFirstAsync(CancellationToken cancellationToken)
    {
        _isOver = !await ReadAsync(cancellationToken);
        _firstIsReady = !_isOver;
    }

    public async Task<bool> MoveNext(CancellationToken cancellationToken)
    {
        if (_firstIsReady)
        {
            _firstIsReady = false;
            return true;
        }

        return !_isOver && await ReadAsync(cancellationToken);
    }

    private async Task<bool> ReadAsync(CancellationToken cancellationToken)
    {
        if (!await stream.MoveNext(cancellationToken))
        {
            return false;
        }

        await guard.RequireAsync(stream.Current);
        return true;
    }
}
