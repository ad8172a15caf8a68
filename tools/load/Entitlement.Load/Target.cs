using System.CommandLine;
using Entitlement.CommandLine.Invocation;
using Entitlement.CommandLine.Rpc;
using Entitlement.V1;
using Google.Protobuf;
using Google.Protobuf.Reflection;
using Grpc.Core;

namespace Entitlement.Load;

/// <summary>The service that is driven, by a number of connections.</summary>
internal sealed class Target : IDisposable
{
    private readonly Uri _address;
    private readonly Connection[] _connections;
    private int _next = -1;

    /// <param name="parse">The command line.</param>
    /// <param name="connections">How many connections the calls share.</param>
    /// <param name="asProduct">Whether calls carry no credentials, as those of installed products.</param>
    public Target(ParseResult parse, int connections, bool asProduct)
    {
        _address = GlobalOptions.Address(parse);
        _connections = [.. Enumerable.Range(0, connections).Select(_ => Connection.Open(parse, asProduct))];
    }

    /// <summary>Hands in a request that nobody sent before.</summary>
    /// <returns>Null when it was answered as it should be; otherwise status and reason.</returns>
    public async Task<CallError?> ActivateAsync(byte[] request, CancellationToken cancellation) =>
        await SendAsync(request, cancellation) switch
        {
            ({ RepeatedAnswer: true }, _) => new CallError("OK", "not a fresh request: it was answered before"),
            var (_, error) => error,
        };

    /// <inheritdoc cref="CallAsync"/>
    public Task<(ActivateResponse? Answer, CallError? Error)> SendAsync(byte[] request, CancellationToken cancellation) =>
        CallAsync<ActivateRequest, ActivateResponse>(
            Calls.Activate, new ActivateRequest { LicenseRequest = UnsafeByteOperations.UnsafeWrap(request) }, cancellation);

    /// <returns>The answer, or status and reason of the refusal or of what happened on the way.</returns>
    public async Task<(TResponse? Answer, CallError? Error)> CallAsync<TRequest, TResponse>(
        MethodDescriptor rpc, TRequest request, CancellationToken cancellation)
        where TRequest : class, IMessage<TRequest>, new()
        where TResponse : class, IMessage<TResponse>, new()
    {
        var connection = _connections[(uint)Interlocked.Increment(ref _next) % _connections.Length];
        try
        {
            return (await connection.CallAsync<TRequest, TResponse>(rpc, request, cancellation), null);
        }
        catch (RpcException failure) when (failure.StatusCode != StatusCode.Cancelled)
        {
            var told = CommandLine.Rpc.Refusal.ToFailure(failure, _address);
            return (null, new CallError(told.Status ?? $"{failure.StatusCode}", told.Reason));
        }
    }

    public void Dispose()
    {
        foreach (var connection in _connections)
        {
            connection.Dispose();
        }
    }
}
