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

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    private readonly byte[][] _requests = [.. Enumerable.Range(0, machines).Select(number => MakeRequest(estate, number))];

    /// <summary>Hands in the requests of all machines at once.</summary>
    /// <param name="services">Servers of one database; the clients are spread over them.</param>
    /// <param name="first">The client that asks the first server; another one makes most ask another server than before.</param>
    /// <param name="onLicense">Called for each license file that arrives, with their number so far.</param>
    /// <returns>For each machine its license file, or the reason of the refusal; null when no answer came.</returns>
    public async Task<string?[]> ActivateAsync(IReadOnlyList<Service> services, int first = 0, Action<int>? onLicense = null)
    {
        var channels = Enumerable.Range(first, Clients).Select(client => services[client % services.Count].OpenChannel()).ToList();
        var arrived = 0;
        try
        {
            return await Task.WhenAll(_requests.Select(async (request, number) =>
            {
                var client = new ActivationService.ActivationServiceClient(channels[number % Clients]);
                var (answer, isLicense) = await ActivateAsync(client, request);
                if (isLicense)
                {
                    onLicense?.Invoke(Interlocked.Increment(ref arrived));
                }

                return answer;
            }));
        }
        finally
        {
            channels.ForEach(channel => channel.Dispose());
        }
    }

    private static async Task<(string? Answer, bool IsLicense)> ActivateAsync(
        ActivationService.ActivationServiceClient client, byte[] request)
    {
        try
        {
            var answer = await client.ActivateAsync(
                new ActivateRequest { LicenseRequest = ByteString.CopyFrom(request) },
                new CallOptions(deadline: Service.Deadline(Patience)));
            return (answer.LicenseFile.ToStringUtf8(), true);
        }
        catch (RpcException refusal) when (refusal.StatusCode == StatusCode.FailedPrecondition)
        {
            return (refusal.Reason(), false);
        }
        catch (RpcException lost) when (lost.StatusCode != StatusCode.DeadlineExceeded && !lost.IsByService())
        {
            // The server is gone: that answer never came, and nothing is claimed of it.
            return (null, false);
        }
    }

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
