using System.Diagnostics;
using Entitlement.Testing;

namespace Entitlement.EndToEnd.Tests.Machinery;

/// <summary>Runs programs to their end.</summary>
internal static class Command
{
    /// <summary>Far longer than anything here takes on a quiet machine.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(6);

    public static Task<Finished> RunAsync(string program, params IEnumerable<string> arguments) =>
        RunAsync(program, arguments, new Dictionary<string, string?>(StringComparer.Ordinal));

    public static async Task<Finished> RunAsync(
        string program, IEnumerable<string> arguments, IReadOnlyDictionary<string, string?> environment, string? directory = null)
    {
        using var process = Start(program, arguments, environment, directory);
        process.StandardInput.Close();
        var output = process.StandardOutput.ReadToEndAsync();
        var error = process.StandardError.ReadToEndAsync();
        using var patience = new CancellationTokenSource(Patience);
        try
        {
            await process.WaitForExitAsync(patience.Token);
        }
        catch (OperationCanceledException tooLong)
        {
            process.Kill(entireProcessTree: true);
            throw new TimeoutException($"{Text(process.StartInfo)} did not end.\n{await output}\n{await error}", tooLong);
        }

        return new Finished(Text(process.StartInfo), process.ExitCode, await output, await error);
    }

    public static Process Start(
        string program, IEnumerable<string> arguments, IReadOnlyDictionary<string, string?> environment, string? directory = null)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = directory ?? Repository.Root,
        };

        // What the person who runs the tests has set for a service of theirs is not for these.
        foreach (var name in start.Environment.Keys.Where(name => name.StartsWith("ENTITLEMENT_", StringComparison.Ordinal)).ToList())
        {
            start.Environment.Remove(name);
        }

        // These processes end long before it pays that the runtime watches how often which branch is taken.
        start.Environment["DOTNET_TieredPGO"] = "0";
        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }

        return Process.Start(start)!;
    }

    private static string Text(ProcessStartInfo start) => $"{start.FileName} {string.Join(' ', start.ArgumentList)}";
}
