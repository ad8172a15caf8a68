using System.CommandLine;
using System.Diagnostics;
using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Entitlement.Load;
using Entitlement.Testing;
using Grpc.Core;
using Grpc.Health.V1;
using Grpc.Net.Client;

namespace Entitlement.EndToEnd.Tests.Machinery;

/// <summary>The built server as a process of its own, on loopback, with a folder of its own.</summary>
internal sealed class Service : IAsyncDisposable
{
    private const string KeyOption = "--api-key-file";

    private static readonly TimeSpan StartPatience = TimeSpan.FromMinutes(2);
    private static readonly RootCommand Load = LoadCommands.CreateRoot();

    private readonly StringBuilder _log = new();
    private readonly string? _tlsRoot;
    private Process? _process;

    /// <param name="dataDirectory">The server's, made when it is not there.</param>
    /// <param name="tlsRoot">PEM file of the root of its TLS certificate; null for plain text.</param>
    public Service(string dataDirectory, string? tlsRoot = null)
    {
        DataDirectory = dataDirectory;
        _tlsRoot = tlsRoot;
        var scheme = tlsRoot is null ? Uri.UriSchemeHttp : Uri.UriSchemeHttps;
        (Address, HttpAddress) = (FreeAddress(scheme), FreeAddress(scheme));
        KeyFile = Path.Combine(dataDirectory, "bootstrap-admin.key");
    }

    public string DataDirectory { get; }

    public Uri Address { get; }

    public Uri HttpAddress { get; }

    /// <summary>Holds the API key of an administrator.</summary>
    public string KeyFile { get; init; }

    public string RootFile => Path.Combine(DataDirectory, "keys", "root.pem");

    /// <summary>The server, unless a test has another in its place.</summary>
    public string Program { get; init; } = Repository.ServerProgram;

    /// <summary>A program, with its own arguments, that becomes the server; none by default.</summary>
    public string[] Launcher { get; init; } = [];

    /// <summary>Options at each start, beside those for the addresses and the folder.</summary>
    public string[] Settings { get; init; } = [];

    public int ProcessId => _process!.Id;

    public string Log
    {
        get
        {
            lock (_log)
            {
                return _log.ToString();
            }
        }
    }

    /// <summary>What <c>entitle</c>, as a process, needs in its environment to talk to this service as its administrator.</summary>
    public Dictionary<string, string?> Environment => new(StringComparer.Ordinal)
    {
        ["ENTITLEMENT_SERVER"] = Address.GetLeftPart(UriPartial.Authority),
        ["ENTITLEMENT_API_KEY_FILE"] = KeyFile,
        // Nothing of the user who runs the tests: neither their bootstrap key nor their installations.
        ["XDG_DATA_HOME"] = Path.Combine(DataDirectory, "home"),
    };

    /// <summary>Starts the server and waits until it serves.</summary>
    public async Task StartAsync(params string[] options)
    {
        await PrepareAsync();
        _process = Launch(options);
        Follow(_process.StandardOutput);
        Follow(_process.StandardError);

        using var channel = OpenChannel();
        var ended = _process.WaitForExitAsync();
        var serving = new Health.HealthClient(channel)
            .CheckAsync(new HealthCheckRequest(), new CallOptions(deadline: Deadline(StartPatience)).WithWaitForReady())
            .ResponseAsync;
        var first = await Task.WhenAny(serving, ended);
        Assert.True(first == serving, $"The server ended instead of serving.\n{Log}");
        Assert.Equal(HealthCheckResponse.Types.ServingStatus.Serving, (await serving).Status);
    }

    /// <summary>Starts the server in the expectation that it refuses to start.</summary>
    public async Task<Finished> StartRefusedAsync(params string[] options) =>
        await Machinery.Command.RunAsync("dotnet", [Repository.ServerProgram, .. Options(), .. options]);

    /// <summary>Runs <c>entitle</c> in this process, as its administrator unless another key is named.</summary>
    public Task<Finished> EntitleAsync(params IEnumerable<string> arguments) => RunAsync(InProcess.Entitle, [.. arguments]);

    /// <summary>Runs <c>entitle</c> as a process, which has the service's address and the key from its environment.</summary>
    public Task<Finished> StartEntitleAsync(params IEnumerable<string> arguments) =>
        Machinery.Command.RunAsync("dotnet", [Repository.EntitleProgram, .. arguments], Environment);

    /// <summary>Runs the load driver in this process.</summary>
    public Task<Finished> DriveAsync(params string[] arguments) => RunAsync(Load, arguments);

    /// <summary>Headers of a call by its administrator.</summary>
    public async Task<Metadata> CredentialsAsync() =>
        new() { { "authorization", $"Bearer {(await File.ReadAllTextAsync(KeyFile)).Trim()}" } };

    /// <summary>The end that no process can do anything about (SIGKILL).</summary>
    public async Task KillAsync()
    {
        Kill();
        await WaitForEndAsync();
    }

    public void Kill() => _process!.Kill();

    public async Task WaitForEndAsync()
    {
        await _process!.WaitForExitAsync();
        _process.Dispose();
        _process = null;
    }

    public GrpcChannel OpenChannel() => GrpcChannel.ForAddress(Address, new GrpcChannelOptions
    {
        HttpHandler = new SocketsHttpHandler { SslOptions = new SslClientAuthenticationOptions { CertificateChainPolicy = TlsPolicy() } },
        DisposeHttpClient = true,
        InitialReconnectBackoff = TimeSpan.FromMilliseconds(50),
        MaxReconnectBackoff = TimeSpan.FromMilliseconds(200),
    });

    public static DateTime Deadline(TimeSpan patience) => TimeProvider.System.GetUtcNow().UtcDateTime + patience;

    public async ValueTask DisposeAsync()
    {
        if (_process is not null)
        {
            await KillAsync();
        }
    }

    private Task<Finished> RunAsync(RootCommand program, string[] arguments) => InProcess.RunAsync(
        program,
        [
            .. arguments, "--server", Address.GetLeftPart(UriPartial.Authority),
            .. arguments.Contains(KeyOption, StringComparer.Ordinal) ? Array.Empty<string>() : [KeyOption, KeyFile],
        ]);

    private X509ChainPolicy? TlsPolicy()
    {
        if (_tlsRoot is null)
        {
            return null;
        }

        var policy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
        policy.CustomTrustStore.ImportFromPemFile(_tlsRoot);
        return policy;
    }

    /// <summary>Lays a migrated database there, as long as there is none: making it takes seconds, and the quickstart's server does it.</summary>
    private async Task PrepareAsync()
    {
        var database = Path.Combine(DataDirectory, "entitlement.db");
        if (File.Exists(database) || Settings.Any(setting => setting.StartsWith("--Storage:Provider=", StringComparison.Ordinal)))
        {
            return;
        }

        Directory.CreateDirectory(DataDirectory, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        await SqliteTemplate.CopyToAsync(database);
    }

    private Process Launch(string[] options)
    {
        string[] command = [.. Launcher, "dotnet", Program, .. Options(), .. options];
        return Machinery.Command.Start(command[0], command[1..], Environment);
    }

    private string[] Options() =>
    [
        $"--Server:GrpcListen={Address.GetLeftPart(UriPartial.Authority)}",
        $"--Server:HttpListen={HttpAddress.GetLeftPart(UriPartial.Authority)}",
        $"--Storage:DataDirectory={DataDirectory}",
        .. Settings,
    ];

    // Read to the end, so that the server never waits for room in a pipe.
    private void Follow(StreamReader reader) => _ = Task.Run(async () =>
    {
        while (await reader.ReadLineAsync() is { } line)
        {
            lock (_log)
            {
                _log.AppendLine(line);
            }
        }
    });

    private static Uri FreeAddress(string scheme) => new($"{scheme}://127.0.0.1:{FixedPort.Take()}");
}
