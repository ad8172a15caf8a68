using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Entitlement.Client.Tests.Support;
using Entitlement.Formats;

namespace Entitlement.Client.Tests.Fuzzing;

/// <summary>
/// Requests as attackers and other people's programs make them: each is read or refused by the format's own exception,
/// in bounded time and memory, and a reader in another language comes to the same end. <c>tools/test --long</c> tries a
/// million.
/// </summary>
[Collection(nameof(Alone))]
public sealed class RequestFuzzTests : IDisposable
{
    private const int Seed = 20261122;
    private const int BatchSize = 500;

    /// <summary>Beside a share for each byte: the key, the hash, the exception with its text.</summary>
    private const long BytesForAny = 64 * 1024;
    private const long BytesPerByte = 24;

    private static readonly TimeSpan TimeForAny = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan TimePerByte = TimeSpan.FromMicroseconds(1);
    private static readonly bool IsLong = Environment.GetEnvironmentVariable("ENTITLEMENT_TEST_LONG") == "1";

    private readonly ECDsa _key = Samples.NewKey();
    private readonly TemporaryDirectory _directory = new();

    public void Dispose()
    {
        _key.Dispose();
        _directory.Dispose();
    }

    [Fact]
    public void Reads_or_refuses_every_mutation_in_bounded_time_and_memory()
    {
        var batches = (IsLong ? 1_000_000 : 4_000) / BatchSize;
        var accepted = 0;
        Parallel.For(0, batches, batch =>
        {
            var mutator = new RequestMutator(Seed + batch, _key);
            for (var i = 0; i < BatchSize; i++)
            {
                if (IsReadInBounds(mutator.Next()))
                {
                    Interlocked.Increment(ref accepted);
                }
            }
        });

        // Neither a reader that takes everything nor a mutator that breaks everything would prove a thing.
        Assert.InRange(accepted, batches * BatchSize / 50, batches * BatchSize / 2);
    }

    [Fact]
    public void Reads_or_refuses_the_largest_files_in_bounded_time_and_memory() =>
        Assert.All(Largest(), file => IsReadInBounds(RawJws.Sign(
            Samples.RequestHeader(_key).ToJsonString(), file, _key)));

    [Fact]
    public async Task Agrees_with_a_reader_in_another_language_on_what_to_accept()
    {
        await Tool.RequireJwcryptoAsync();
        var mutator = new RequestMutator(Seed, _key);
        byte[][] files =
        [
            .. RequestMutator.Unchanged(_key),
            .. Enumerable.Range(0, IsLong ? 50_000 : 1_500).Select(_ => mutator.Next()),
        ];
        await File.WriteAllLinesAsync(_directory.File("requests"), files.Select(Convert.ToBase64String));

        var (exitCode, output, error) = await Tool.RunAsync(
            Tool.Python,
            Repository.File("tests", "Entitlement.Client.Tests", "Fuzzing", "read_requests.py"),
            _directory.File("requests"));

        Assert.True(exitCode == 0, error);
        var theirs = output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(files.Length, theirs.Length);
        Assert.Empty(files.Zip(theirs)
            .Select(pair => (Ours: Refusal(pair.First), Theirs: pair.Second, File: pair.First))
            .Where(each => each.Ours is null != (each.Theirs == "accepted"))
            .Select(each => $"ours: {each.Ours ?? "accepted"}; theirs: {each.Theirs}; {Shown(each.File)}"));
        Assert.Contains("accepted", theirs);
    }

    /// <summary>Null when it is accepted.</summary>
    private static string? Refusal(byte[] file)
    {
        try
        {
            LicenseRequestFile.Read(file);
            return null;
        }
        catch (FileFormatException refusal)
        {
            return refusal.Message;
        }
    }

    /// <returns>Whether it was accepted. Whatever is thrown beside the format's exception fails the test.</returns>
    private static bool IsReadInBounds(byte[] file)
    {
        var before = GC.GetAllocatedBytesForCurrentThread();
        var start = Stopwatch.GetTimestamp();
        var accepted = Refusal(file) is null;
        var time = Stopwatch.GetElapsedTime(start);
        var allocated = GC.GetAllocatedBytesForCurrentThread() - before;

        Assert.True(allocated <= BytesForAny + (BytesPerByte * file.Length), Told("bytes", allocated, file));
        var limit = TimeForAny + (TimePerByte * file.Length);
        Assert.True(time <= limit || IsReadWithin(limit, file), Told("ms", time.TotalMilliseconds, file));
        return accepted;
    }

    /// <summary>
    /// Whether one of several further tries is: a machine that does something else takes its time from some.
    /// </summary>
    private static bool IsReadWithin(TimeSpan limit, byte[] file) => Enumerable.Range(0, 20).Any(_ =>
    {
        var start = Stopwatch.GetTimestamp();
        Refusal(file);
        return Stopwatch.GetElapsedTime(start) <= limit;
    });

    /// <summary>What costs a reader most, as near to the limit of the file as it goes.</summary>
    private static IEnumerable<string> Largest()
    {
        const int Room = LicenseRequestFile.MaxBytes * 3 / 4 * 99 / 100;
        string Fill(string entry) => string.Concat(Enumerable.Repeat(entry, Room / entry.Length));

        yield return new string('[', Room);
        yield return new string(' ', Room);
        yield return $"{{\"slc\":\"{new string('x', Room)}\"}}";
        yield return $"{{\"slc\":\"{Fill("\\u0041")}\"}}";
        yield return $"{{{Fill("\"a\":1,")}}}";
        yield return $"{{\"{new string('n', Room)}\":1}}";
        yield return $"{{\"devices\":[{Fill("{\"id\":\"a\",\"feature\":\"b\"},")}]}}";
        yield return $"{{\"gen\":{new string('9', Room)}}}";
        yield return $"{{\"machine\":{{\"components\":{{\"cpu\":[{Fill("\"x\",")}]}}}}}}";
        yield return $"{{\"devices\":[{string.Join(',', Enumerable.Range(0, LicenseRequest.MaxDevices).Select(i =>
            string.Create(CultureInfo.InvariantCulture, $"{{\"id\":\"{i:D100}\",\"feature\":\"f\"}}")))}]}}";
    }

    private static string Told(string unit, double value, byte[] file) =>
        string.Create(CultureInfo.InvariantCulture, $"{value:N0} {unit} for {file.Length} bytes: {Shown(file)}");

    private static string Shown(byte[] file) => Encoding.Latin1.GetString(file)[..Math.Min(file.Length, 2_000)];
}
