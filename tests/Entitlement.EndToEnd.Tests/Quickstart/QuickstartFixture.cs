using System.Text.RegularExpressions;
using Entitlement.EndToEnd.Tests.Machinery;
using Entitlement.Testing;

namespace Entitlement.EndToEnd.Tests.Quickstart;

/// <summary>The quickstart run twice into one folder: to its end, and with <c>--keep</c>.</summary>
public sealed partial class QuickstartFixture : IAsyncLifetime, IDisposable
{
    private readonly TemporaryFolder _folder = new();

    internal string Folder => _folder.File("out");

    internal Finished First { get; private set; } = null!;

    internal byte[] FirstLicense { get; private set; } = [];

    internal Finished Kept { get; private set; } = null!;

    /// <summary>Only for its free ports: the server behind them is the quickstart's.</summary>
    internal Service Ports { get; private set; } = null!;

    public async Task InitializeAsync()
    {
        Ports = new Service(_folder.File("unused"));
        First = await RunAsync();
        FirstLicense = await File.ReadAllBytesAsync(Path.Combine(Folder, "license.lic"));
        Kept = await RunAsync("--keep");
    }

    /// <summary>Stops the service by the very command that the quickstart told.</summary>
    public async Task DisposeAsync()
    {
        var stop = StopCommand().Match(Kept.Output);
        if (stop.Success)
        {
            await Command.RunAsync("bash", "-c", stop.Groups["command"].Value);
        }
    }

    public void Dispose() => _folder.Dispose();

    [GeneratedRegex(@"stop it +(?<command>kill \d+)", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    internal static partial Regex StopCommand();

    private Task<Finished> RunAsync(params string[] options) => Command.RunAsync(
        Repository.At("tools/quickstart"),
        ["--out", Folder, "--grpc-port", $"{Ports.Address.Port}", "--http-port", $"{Ports.HttpAddress.Port}", .. options],
        new Dictionary<string, string?>(StringComparer.Ordinal) { ["TMPDIR"] = _folder.Path });
}
