using System.Collections.Concurrent;
using System.Security.Cryptography;
using Entitlement.EndToEnd.Tests.Machinery;
using Entitlement.Formats;
using Entitlement.V1;
using Google.Protobuf;
using Grpc.Core;

namespace Entitlement.EndToEnd.Tests.Crash;

/// <summary>A service that dies without a word loses nothing of what it answered.</summary>
public sealed class KillTests
{
    private const int Machines = 80;
    private const int AnsweredBeforeTheEnd = 25;
    private const int Callers = 32;

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    [Fact]
    public async Task Answers_everything_again_byte_for_byte_after_a_kill_and_takes_no_seat_twice()
    {
        using var folder = new TemporaryFolder();
        await using var service = new Service(folder.Path);
        await service.StartAsync();
        // Exactly as many seats as machines: one taken twice would leave a machine without.
        var estate = await Estate.CreateAsync(service, "--machines", $"{Machines}");
        var requests = Enumerable.Range(0, Machines).Select(number => MakeRequest(estate, number)).ToList();

        var answered = await ActivateUntilKilledAsync(service, requests);
        await service.StartAsync();
        var again = await ActivateAllAsync(service, requests);
        var onceMore = await ActivateAllAsync(service, requests);

        Assert.InRange(answered.Count, AnsweredBeforeTheEnd, Machines - 1);
        Assert.All(answered, answer => Assert.Equal(answer.Value, again[answer.Key]));
        Assert.Equal(again, onceMore);
        await AssertSeatsAsync(service, estate);
    }

    private static async Task AssertSeatsAsync(Service service, Estate estate)
    {
        var license = (await service.EntitleAsync("license", "get", estate.License, "--json")).Succeeded().Json["license"]!;
        var activations = (await service.EntitleAsync("activation", "list", estate.License, "--field", "instance_thumbprint")).Succeeded()
            .Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);

        Assert.Equal(Machines, (int)license["machinesHeld"]!);
        Assert.Equal(Machines, activations.Length);
        Assert.Equal(Machines, activations.Distinct(StringComparer.Ordinal).Count());
    }

    /// <summary>Hands requests in from many callers, and kills the server in the midst of it.</summary>
    private static async Task<ConcurrentDictionary<int, byte[]>> ActivateUntilKilledAsync(Service service, List<byte[]> requests)
    {
        using var channel = service.OpenChannel();
        var client = new ActivationService.ActivationServiceClient(channel);
        var answered = new ConcurrentDictionary<int, byte[]>();
        var enough = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var options = new ParallelOptions { MaxDegreeOfParallelism = Callers };
        var calls = Parallel.ForEachAsync(Enumerable.Range(0, Machines), options, async (number, cancellation) =>
        {
            try
            {
                answered[number] = await ActivateAsync(client, requests[number], cancellation);
            }
            catch (RpcException)
            {
                // The server is gone: that answer never came, and nothing is claimed of it.
                return;
            }

            if (answered.Count >= AnsweredBeforeTheEnd)
            {
                enough.TrySetResult();
            }
        });

        await Task.WhenAny(enough.Task, calls);
        await service.KillAsync();
        await calls;
        return answered;
    }

    private static async Task<byte[][]> ActivateAllAsync(Service service, List<byte[]> requests)
    {
        using var channel = service.OpenChannel();
        var client = new ActivationService.ActivationServiceClient(channel);
        return await Task.WhenAll(requests.Select(request => ActivateAsync(client, request, CancellationToken.None)));
    }

    private static async Task<byte[]> ActivateAsync(
        ActivationService.ActivationServiceClient client, byte[] request, CancellationToken cancellation)
    {
        var answer = await client.ActivateAsync(
            new ActivateRequest { LicenseRequest = ByteString.CopyFrom(request) },
            new CallOptions(deadline: Service.Deadline(Patience), cancellationToken: cancellation));
        return answer.LicenseFile.ToByteArray();
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
