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

    /// <returns>Null when it was answered as it should be; otherwise status and reason.</returns>
    public async Task<CallError?> ActivateAsync(byte[] request, CancellationToken cancellation)
    {
        var connection = _connections[(uint)Interlocked.Increment(ref _next) % _connections.Length];
        try
        {
            var answer = await connection.CallAsync<ActivateRequest, ActivateResponse>(
                Activate, new ActivateRequest { LicenseRequest = UnsafeByteOperations.UnsafeWrap(request) }, cancellation);
            return answer.RepeatedAnswer ? new CallError("OK", "not a fresh request: it was answered before") : null;
        }
        catch (RpcException failure) when (failure.StatusCode != StatusCode.Cancelled)
        {
            var told = CommandLine.Rpc.Refusal.ToFailure(failure, _address);
            return new CallError(told.Status ?? $"{failure.StatusCode}", told.Reason);
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
