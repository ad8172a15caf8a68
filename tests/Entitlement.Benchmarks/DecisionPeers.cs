using System.Diagnostics;
using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text.Json;

namespace Entitlement.Benchmarks;

/// <summary>
/// Other engines, run by Node on the same data: installed from their lock file into a folder that goes away again.
/// </summary>
internal sealed class DecisionPeers : IAsyncDisposable
{
    private static readonly (string Argument, string Name)[] Engines =
    [
        ("casbin-rows", "casbin, a policy for each assignment"),
        ("casbin-roles", "casbin, asked for each group and ancestor"),
        ("cedar", "cedar-wasm, a policy for each assignment"),
    ];

    /// <summary>What one engine has for one size, reading the data included.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly string _folder = Directory.CreateTempSubdirectory("entitlement-peers-").FullName;

    private DecisionPeers()
    {
    }

    public static async Task<DecisionPeers> InstallAsync()
    {
        var peers = new DecisionPeers();
        foreach (var file in Directory.EnumerateFiles(Source()))
        {
            File.Copy(file, Path.Combine(peers._folder, Path.GetFileName(file)));
        }

        var (ended, _, errors) = await RunAsync(
            "npm", ["ci", "--prefix", peers._folder, "--ignore-scripts", "--loglevel=error"], TimeSpan.FromMinutes(5));
        return ended
            ? peers
            : throw new InvalidOperationException($"npm could not install the other engines: {errors}");
    }

    /// <summary>What each takes for a decision, in nanoseconds, or why there is no such figure.</summary>
    public async IAsyncEnumerable<(string Name, string Figure)> MeasureAsync(
        DecisionEstate estate, Func<DecisionQuery, bool> answer)
    {
        var data = Path.Combine(_folder, "data");
        await using (var file = File.CreateText(data))
        {
            estate.Write(file, answer);
        }

        foreach (var (argument, name) in Engines)
        {
            var (ended, output, errors) = await RunAsync(
                "node",
                ["--max-old-space-size=6000", Path.Combine(_folder, "decide.mjs"), argument, data, "3"],
                Patience);
            yield return (name, ended ? Read(output) : Shorten(errors));
        }
    }

    public ValueTask DisposeAsync()
    {
        Directory.Delete(_folder, recursive: true);
        return ValueTask.CompletedTask;
    }

    private static string Read(string output)
    {
        using var json = JsonDocument.Parse(output);
        return json.RootElement.GetProperty("nanoseconds").GetDouble().ToString("N0", CultureInfo.InvariantCulture);
    }

    private static string Shorten(string errors)
    {
        var told = errors
            .Split('\n')
            .FirstOrDefault(line => line.Contains("Error", StringComparison.Ordinal), "").Trim();
        return told.Length == 0 ? $"> {Patience.TotalSeconds:N0} s" : told[..Math.Min(told.Length, 60)];
    }

    private static async Task<(bool Ended, string Output, string Errors)> RunAsync(
        string program, IEnumerable<string> arguments, TimeSpan patience)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments)
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        var output = process.StandardOutput.ReadToEndAsync();
        var errors = process.StandardError.ReadToEndAsync();
        using var limit = new CancellationTokenSource(patience);
        try
        {
            await process.WaitForExitAsync(limit.Token);
            return (process.ExitCode == 0, await output, await errors);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            return (false, "", "");
        }
    }

    private static string Source([CallerFilePath] string here = "") =>
        Path.Combine(Path.GetDirectoryName(here)!, "decisions-peers");
}
