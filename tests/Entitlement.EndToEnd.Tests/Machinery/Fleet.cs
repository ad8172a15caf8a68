using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Nodes;
using Entitlement.FaultHost;
using Entitlement.Formats;
using Entitlement.V1;
using Google.Protobuf;
using Grpc.Core;

namespace Entitlement.EndToEnd.Tests.Machinery;

/// <summary>
/// Many machines of one license, each with a key of its own and one license request that it sends again and again. The
/// requests come from several processes at once.
/// </summary>
internal sealed class Fleet(Estate estate, int machines, string folder)
{
    private const int Senders = 5;

    /// <summary>How often a request is sent again whose answer was lost. More would hide a server that loses many.</summary>
    private const int Repetitions = 2;

    /// <summary>After so many answers a call asks the first server to die: it has seats left then, and calls under way.</summary>
    private const int AnswersBeforeDeath = 20;

    private const string LastStep = "TransactionCommitted#1";

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    private readonly byte[][] _requests = [.. Enumerable.Range(0, machines).Select(number => MakeRequest(estate, number))];

    /// <summary>
    /// Hands in the requests of all machines at once, each once. The last machine's asks the first server to die when it has
    /// committed the next time, before anybody is told.
    /// </summary>
    /// <param name="services">Servers of one database, each a <see cref="Repository.FaultProgram"/>.</param>
    /// <returns>For each machine its license file, or the reason of the refusal; null when no answer came.</returns>
    public async Task<string?[]> ActivateUntilDeathAsync(IReadOnlyList<Service> services)
    {
        var answers = new string?[machines];
        var left = AnswersBeforeDeath;
        var begun = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var sent = SendAsync(services, first: 0, [.. Enumerable.Range(0, machines - 1)], (number, answer) =>
        {
            answers[number] = answer;
            if (Interlocked.Decrement(ref left) == 0)
            {
                begun.SetResult();
            }
        });
        await Task.WhenAny(begun.Task, sent);
        await DieAsync(services[0]);
        await sent;
        return answers;
    }

    /// <summary>Hands in the requests of all machines at once; one whose answer is lost is sent again.</summary>
    /// <param name="services">Servers of one database; the senders are spread over them.</param>
    /// <param name="first">The sender that asks the first server; another one makes most ask another server than before.</param>
    /// <returns>For each machine its license file, or the reason of the refusal.</returns>
    public async Task<string?[]> ActivateAsync(IReadOnlyList<Service> services, int first)
    {
        var answers = new string?[machines];
        for (var round = 0; round <= Repetitions && answers.Contains(null); round++)
        {
            // On a machine with too little time for both ends, either may take the other for gone.
            var open = Enumerable.Range(0, machines).Where(number => answers[number] is null).ToList();
            await SendAsync(services, first, open, (number, answer) => answers[number] = answer);
        }

        return answers;
    }

    private Task SendAsync(IReadOnlyList<Service> services, int first, List<int> numbers, Action<int, string?> tell) =>
        Task.WhenAll(Enumerable.Range(0, Senders).Select(async sender =>
        {
            var own = numbers.Where(number => number % Senders == sender).ToList();
            var file = Path.Combine(folder, $"requests-{sender}.json");
            await File.WriteAllTextAsync(
                file, JsonSerializer.Serialize(own.Select(number => new { license_request = _requests[number] })));
            var service = services[(first + sender) % services.Count];
            using var process = Command.Start(
                "dotnet", [Repository.LoadProgram, "send", "--requests", file, "--callers", $"{machines / Senders}"], service.Environment);
            var told = process.StandardError.ReadToEndAsync();
            var count = 0;
            while (await process.StandardOutput.ReadLineAsync() is { } line)
            {
                var answer = JsonNode.Parse(line)!;
                var reason = (string?)answer["status"] == "FAILED_PRECONDITION" ? (string?)answer["reason"] : null;
                tell(own[(int)answer["request"]!], (string?)answer["license_file"] ?? reason);
                count++;
            }

            await process.WaitForExitAsync();
            Assert.True(count == own.Count, $"A sender told of {count} of {own.Count} requests.\n{await told}");
        }));

    /// <summary>Hands in the last machine's request, and the server dies of it.</summary>
    private async Task DieAsync(Service service)
    {
        using var channel = service.OpenChannel();
        var call = new ActivationService.ActivationServiceClient(channel).ActivateAsync(
            new ActivateRequest { LicenseRequest = ByteString.CopyFrom(_requests[^1]) },
            new Metadata { { FaultNames.Header, LastStep } },
            Service.Deadline(Patience));
        await Assert.ThrowsAsync<RpcException>(() => call.ResponseAsync);
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
