using System.Diagnostics;
using StackExchange.Redis;

namespace Entitlement.Testing;

/// <summary>
/// Debian's Redis server, or the tool Garnet, on a port of loopback that it keeps over all its starts, ended by the
/// operating system with the process of the tests. It keeps nothing on disk but the copies that a test asks for.
/// </summary>
internal sealed class RedisServer : IAsyncDisposable
{
    private const string Ready = "Ready to accept connections";
    private const string Data = "dump.rdb";

    private readonly string _directory = Directory.CreateTempSubdirectory("entitlement-redis-").FullName;
    private readonly string? _password;
    private readonly bool _isGarnet;
    private Process? _process;
    private int _copies;

    private RedisServer(string? password, bool isGarnet)
    {
        _password = password;
        _isGarnet = isGarnet;
    }

    public int Port { get; } = FixedPort.Take();

    /// <summary>How it is reached.</summary>
    public string Configuration => $"127.0.0.1:{Port}{(_password is null ? "" : $",password={_password}")}";

    /// <param name="password">Null for a server that asks nobody.</param>
    public static Task<RedisServer> StartAsync(string? password = null) =>
        StartAsync(new RedisServer(password, isGarnet: false));

    /// <summary>A server of another make, in the manifest of tools.</summary>
    public static Task<RedisServer> StartGarnetAsync() => StartAsync(new RedisServer(password: null, isGarnet: true));

    /// <summary>A connection past everything that is tested.</summary>
    public async Task<ConnectionMultiplexer> ConnectAsync() =>
        await ConnectionMultiplexer.ConnectAsync($"{Configuration},allowAdmin=true");

    /// <summary>Kills it, with all that it knows.</summary>
    public async Task StopAsync()
    {
        if (_process is { } process)
        {
            _process = null;
            process.StandardInput.Close();
            await process.WaitForExitAsync();
            process.Dispose();
        }
    }

    /// <summary>Starts it on the same port, empty.</summary>
    public async Task StartAgainAsync()
    {
        File.Delete(Path.Combine(_directory, Data));
        await RunAsync();
    }

    /// <summary>Starts it on the same port with what it knew when the copy was made.</summary>
    public async Task StartFromAsync(string copy)
    {
        File.Copy(copy, Path.Combine(_directory, Data), overwrite: true);
        await RunAsync();
    }

    /// <summary>Keeps what it knows now.</summary>
    /// <returns>The file, for <see cref="StartFromAsync"/>.</returns>
    public async Task<string> CopyAsync()
    {
        using var connection = await ConnectAsync();
        await connection.GetDatabase().ExecuteAsync("SAVE");
        var copy = Path.Combine(_directory, $"copy-{++_copies}.rdb");
        File.Copy(Path.Combine(_directory, Data), copy);
        return copy;
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        Directory.Delete(_directory, recursive: true);
    }

    private static async Task<RedisServer> StartAsync(RedisServer server)
    {
        try
        {
            await server.RunAsync();
            return server;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    private async Task RunAsync()
    {
        var script = Path.Combine(AppContext.BaseDirectory, "run-until-input-ends");
        _process = Process.Start(new ProcessStartInfo("/bin/sh", [script, .. Command()])
        {
            // Where the manifest of tools is found from.
            WorkingDirectory = AppContext.BaseDirectory,
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        })!;
        var lines = new List<string>();
        while (await _process.StandardOutput.ReadLineAsync() is { } line)
        {
            if (line.Contains(Ready, StringComparison.Ordinal))
            {
                // Read to its end, so that the server never waits for room in the pipe.
                _ = _process.StandardOutput.BaseStream.CopyToAsync(Stream.Null);
                return;
            }

            lines.Add(line);
        }

        throw new InvalidOperationException($"Redis did not start: {string.Join('\n', lines)}");
    }

    private string[] Command() => _isGarnet
        ? [
            "dotnet", "tool", "run", "garnet-server", "--",
            "--port", $"{Port}", "--bind", "127.0.0.1", "--memory", "64m", "--index", "4m",
        ]
        : [
            "redis-server", "--port", $"{Port}", "--bind", "127.0.0.1", "--dir", _directory, "--dbfilename", Data,
            "--save", "", "--appendonly", "no",
            .. _password is null ? Array.Empty<string>() : ["--requirepass", _password],
        ];
}
