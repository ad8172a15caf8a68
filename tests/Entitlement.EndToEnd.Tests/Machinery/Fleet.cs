using System.Security.Cryptography;
using Entitlement.Formats;
using Entitlement.Testing;
using Entitlement.V1;
using Google.Protobuf;
using Grpc.Core;

namespace Entitlement.EndToEnd.Tests.Machinery;

/// <summary>Many machines of one license, each with a key of its own and one license request that it sends again and again.</summary>
internal sealed class Fleet(Estate estate, int machines)
{
    /// <summary>Connections over which the requests come, each from a client of its own.</summary>
    private const int Clients = 10;

    /// <summary>How often a machine sends a request again whose answer was lost. More would hide a server that loses many.</summary>
    private const int Repetitions = 2;

    /// <summary>The machine whose call ends the first server: a late enough one that others came before, and it asks that server.</summary>
    private const int Fatal = 2 * Clients;

    private const string LastStep = "TransactionCommitted#1";

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    private readonly byte[][] _requests = [.. Enumerable.Range(0, machines).Select(number => MakeRequest(estate, number))];

    /// <summary>
    /// Hands in the requests of all machines at once, each once. One of the first asks the first server to die when it has
    /// committed the next time, before anybody is told.
    /// </summary>
    /// <param name="services">Servers of one database, each a <see cref="Repository.FaultProgram"/>.</param>
    /// <returns>For each machine its license file, or the reason of the refusal; null when no answer came.</returns>
    public Task<string?[]> ActivateUntilDeathAsync(IReadOnlyList<Service> services) =>
        OverClientsAsync(services, first: 0, async (client, request) =>
        {
            try
            {
                var last = request == _requests[Fatal] ? LastStep : null;
                return await ActivateAsync(client, request, waitForReady: false, last);
            }
            catch (RpcException lost) when (IsLost(lost))
            {
                // The server is gone: that answer never came, and nothing is claimed of it.
                return null;
            }
        });

    /// <summary>Hands in the requests of all machines at once; one whose answer is lost is sent again.</summary>
    /// <param name="services">Servers of one database; the clients are spread over them.</param>
    /// <param name="first">The client that asks the first server; another one makes most ask another server than before.</param>
    /// <returns>For each machine its license file, or the reason of the refusal.</returns>
    public Task<string[]> ActivateAsync(IReadOnlyList<Service> services, int first) =>
        OverClientsAsync(services, first, async (client, request) =>
        {
            for (var repetition = 0; ; repetition++)
            {
                try
                {
                    return await ActivateAsync(client, request, waitForReady: true);
                }
                catch (RpcException lost) when (IsLost(lost) && repetition < Repetitions)
                {
                    // On a machine with too little time for both ends, either may take the other for gone.
                }
            }
        });

    private async Task<T[]> OverClientsAsync<T>(
        IReadOnlyList<Service> services, int first, Func<ActivationService.ActivationServiceClient, byte[], Task<T>> handIn)
    {
        var channels = Enumerable.Range(first, Clients).Select(client => services[client % services.Count].OpenChannel()).ToList();
        try
        {
            return await Task.WhenAll(_requests.Select((request, number) =>
                handIn(new ActivationService.ActivationServiceClient(channels[number % Clients]), request)));
        }
        finally
        {
            channels.ForEach(channel => channel.Dispose());
        }
    }

    private static async Task<string> ActivateAsync(
        ActivationService.ActivationServiceClient client, byte[] request, bool waitForReady, string? lastStep = null)
    {
        var headers = new Metadata();
        if (lastStep is not null)
        {
            headers.Add("fault-step", lastStep);
        }

        try
        {
            var answer = await client.ActivateAsync(
                new ActivateRequest { LicenseRequest = ByteString.CopyFrom(request) },
                new CallOptions(headers, Service.Deadline(Patience)).WithWaitForReady(waitForReady));
            return answer.LicenseFile.ToStringUtf8();
        }
        catch (RpcException refusal) when (refusal.StatusCode == StatusCode.FailedPrecondition)
        {
            return refusal.Reason();
        }
    }

    private static bool IsLost(RpcException failure) =>
        failure.StatusCode != StatusCode.DeadlineExceeded && !failure.IsByService();

    private static byte[] MakeRequest(Estate estate, int number)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var hash = MachineComponents.Hash(estate.ProductCode, MachineComponentKind.Board, $"board {number}");
        return LicenseRequestFile.Write(
            new LicenseRequest
            {
                Jti = Guid.NewGuid(),
                IssueTime = TimeProvider.System.GetUtcNow(),
                Operation = LicenseRequestOperation.Activate,
                Slc = estate.Slc,
                Product = estate.ProductCode,
                ProductVersion = "1.0",
                BuildDate = new DateOnly(2026, 11, 1),
                Machine = new RequestingMachine($"machine {number}", MachineComponents.Create([(MachineComponentKind.Board, hash)])),
                Generation = 0,
            },
            key);
    }
}
