using System.Diagnostics;
using System.Text.Json;
using Entitlement.Domain.Licenses;
using Entitlement.Testing;
using Entitlement.V1;
using Google.Protobuf;
using Grpc.Core;
using Grpc.Net.Client;

namespace Entitlement.Benchmarks;

/// <summary>From which addresses the guesses come, as a trusted proxy tells.</summary>
internal enum GuessOrigin
{
    One,
    InTurn,
    EachItsOwn,
}

/// <summary>What came of the guesses of one round.</summary>
/// <param name="PerSecond">How many were sent in a second.</param>
/// <param name="Answers">How many were answered by each status.</param>
internal sealed record GuessTally(double PerSecond, Dictionary<StatusCode, int> Answers);

/// <summary>Guesses license codes at a steady pace, in a process of its own: this program once more.</summary>
internal sealed class Guesser : IAsyncDisposable
{
    public const string Command = "guesser";
    public const int PerSecond = 1_000;

    private const int Guesses = 4_000;
    private const string Ready = "ready";

    private static readonly TimeSpan Beat = TimeSpan.FromMilliseconds(1);

    private readonly Process _process;

    private Guesser(Process process) => _process = process;

    /// <param name="address">Of the service's gRPC port.</param>
    public static async Task<Guesser> StartAsync(string address)
    {
        var process = Process.Start(new ProcessStartInfo("dotnet", [typeof(Guesser).Assembly.Location, Command, address])
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        })!;
        return await process.StandardOutput.ReadLineAsync() == Ready
            ? new Guesser(process)
            : throw new InvalidOperationException("The guesser did not start; it says above why.");
    }

    public Task BeginAsync(GuessOrigin origin) => _process.StandardInput.WriteLineAsync($"{origin}");

    public async Task<GuessTally> EndAsync()
    {
        await _process.StandardInput.WriteLineAsync();
        return JsonSerializer.Deserialize<GuessTally>((await _process.StandardOutput.ReadLineAsync())!)!;
    }

    public async ValueTask DisposeAsync()
    {
        _process.StandardInput.Close();
        await _process.WaitForExitAsync();
        _process.Dispose();
    }

    /// <summary>The process itself: a line names an origin and begins, the next ends and is answered by a tally.</summary>
    public static async Task RunAsync(string address)
    {
        using var channel = GrpcChannel.ForAddress(address);
        var client = new ActivationService.ActivationServiceClient(channel);
        var files = Ask(Guesses, () => Slc.Random().ToGroups());
        var sent = 0;

        // Not Console.In, whose reader waits in its caller's thread.
        using var input = new StreamReader(Console.OpenStandardInput());
        Console.WriteLine(Ready);
        while (await input.ReadLineAsync() is { } line)
        {
            var origin = Enum.Parse<GuessOrigin>(line);
            var end = input.ReadLineAsync();
            var watch = Stopwatch.StartNew();
            var calls = new List<Task<StatusCode>>();
            using var beat = new PeriodicTimer(Beat);
            while (!end.IsCompleted)
            {
                // At the pace of the clock, whether or not those before were answered.
                for (; calls.Count < watch.Elapsed.TotalSeconds * PerSecond; sent++)
                {
                    calls.Add(GuessAsync(client, files[sent % files.Length], AddressOf(origin, sent)));
                }

                await beat.WaitForNextTickAsync();
            }

            var pace = calls.Count / watch.Elapsed.TotalSeconds;
            var answers = (await Task.WhenAll(calls)).CountBy(code => code).ToDictionary();
            Console.WriteLine(JsonSerializer.Serialize(new GuessTally(pace, answers)));
        }
    }

    /// <summary>Headers of a call that a trusted proxy passes on for this address.</summary>
    public static Metadata From(string address) => new() { { "x-forwarded-for", address } };

    /// <summary>Requests of as many installations, each for the code that it is given.</summary>
    public static ByteString[] Ask(int count, Func<string> slc)
    {
        var files = new ByteString[count];
        Parallel.For(0, count, i =>
        {
            using var product = new InstalledProduct();
            files[i] = product.Sign(product.Ask(slc()));
        });
        return files;
    }

    private static string AddressOf(GuessOrigin origin, int guess) => origin switch
    {
        GuessOrigin.One => "198.51.100.7",
        GuessOrigin.InTurn => $"2001:db8:{guess % Guesses:x}::1",
        GuessOrigin.EachItsOwn => $"2001:db8:{guess >> 16:x}:{guess & 0xffff:x}::1",
        _ => throw new ArgumentOutOfRangeException(nameof(origin)),
    };

    private static async Task<StatusCode> GuessAsync(
        ActivationService.ActivationServiceClient client, ByteString file, string address)
    {
        using var call = client.ActivateAsync(new ActivateRequest { LicenseRequest = file }, From(address));

        // A refusal is what each of them gets; an exception for each would be dearer than the guess.
        await ((Task)call.ResponseAsync).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return call.GetStatus().StatusCode;
    }
}
