using System.CommandLine;
using Entitlement.CommandLine.Invocation;
using Entitlement.CommandLine.Rpc;
using Entitlement.V1;
using Google.Protobuf;
using Google.Protobuf.Reflection;
using Grpc.Core;

namespace Entitlement.Load;

/// <summary>The service that is driven, by a number of connections, called as installed products call it.</summary>
internal sealed class Target : IDisposable
{
    private static readonly MethodDescriptor Activate =
        ActivationService.Descriptor.FindMethodByName(nameof(ActivationService.ActivationServiceClient.Activate));

    private readonly Uri _address;
    private readonly Connection[] _connections;
    private int _next = -1;

    public Target(ParseResult parse, int connections)
    {
        _address = GlobalOptions.Address(parse);
        _connections = [.. Enumerable.Range(0, connections).Select(_ => Connection.Open(parse, withoutCredentials: true))];
    }

    /// <summary>Hands in a request that nobody sent before.</summary>
    /// <returns>Null when it was answered as it should be; otherwise status and reason.</returns>
    public async Task<CallError?> ActivateAsync(byte[] request, CancellationToken cancellation) =>
        await SendAsync(request, cancellation) switch
        {
            ({ RepeatedAnswer: true }, _) => new CallError("OK", "not a fresh request: it was answered before"),
            var (_, error) => error,
        };

    /// <returns>The answer, or status and reason of the refusal or of what happened on the way.</returns>
    public async Task<(ActivateResponse? Answer, CallError? Error)> SendAsync(byte[] request, CancellationToken cancellation)
    {
        var connection = _connections[(uint)Interlocked.Increment(ref _next) % _connections.Length];
        try
        {
            return (await connection.CallAsync<ActivateRequest, ActivateResponse>(
                Activate, new ActivateRequest { LicenseRequest = UnsafeByteOperations.UnsafeWrap(request) }, cancellation), null);
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
