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

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    private readonly byte[][] _requests = [.. Enumerable.Range(0, machines).Select(number => MakeRequest(estate, number))];

    /// <summary>Hands in the requests of all machines at once, each once.</summary>
    /// <param name="services">Servers of one database; the clients are spread over them.</param>
    /// <param name="onLicense">Called for each license file that arrives, with their number so far.</param>
    /// <returns>For each machine its license file, or the reason of the refusal; null when no answer came.</returns>
    public Task<string?[]> TryActivateAsync(IReadOnlyList<Service> services, Action<int> onLicense)
    {
        var arrived = 0;
        return OverClientsAsync(services, first: 0, async (client, request) =>
        {
            try
            {
                var (answer, isLicense) = await ActivateAsync(client, request, waitForReady: false);
                if (isLicense)
                {
                    onLicense(Interlocked.Increment(ref arrived));
                }

                return answer;
            }
            catch (RpcException lost) when (IsLost(lost))
            {
                // The server is gone: that answer never came, and nothing is claimed of it.
                return null;
            }
        });
    }

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
                    return (await ActivateAsync(client, request, waitForReady: true)).Answer;
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

    private static async Task<(string Answer, bool IsLicense)> ActivateAsync(
        ActivationService.ActivationServiceClient client, byte[] request, bool waitForReady)
    {
        try
        {
            var answer = await client.ActivateAsync(
                new ActivateRequest { LicenseRequest = ByteString.CopyFrom(request) },
                new CallOptions(deadline: Service.Deadline(Patience)).WithWaitForReady(waitForReady));
            return (answer.LicenseFile.ToStringUtf8(), true);
        }
        catch (RpcException refusal) when (refusal.StatusCode == StatusCode.FailedPrecondition)
        {
            return (refusal.Reason(), false);
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
