using System.ComponentModel;
using System.Diagnostics;

namespace Entitlement.Client.Tests.Support;

/// <summary>
/// Runs a program of the system. One that is missing fails the test, and the failure says what to install.
/// </summary>
internal static class Tool
{
    /// <summary>
    /// Debian's own, which sees the modules that Debian's packages install; another may stand first in PATH.
    /// </summary>
    public const string Python = "/usr/bin/python3";

    public static async Task<(int ExitCode, string Output, string Error)> RunAsync(
        string program, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        try
        {
            using var process = Process.Start(start)!;
            var output = process.StandardOutput.ReadToEndAsync();
            var error = process.StandardError.ReadToEndAsync();
            await process.WaitForExitAsync();
            return (process.ExitCode, await output, await error);
        }
        catch (Win32Exception exception)
        {
            throw new InvalidOperationException(
                $"{program} is missing. Run 'apt-get install python3 python3-jwcrypto openssl', or tools/test.",
                exception);
        }
    }

    /// <summary>Fails when Python has no jwcrypto, and says which package it is in.</summary>
    public static async Task RequireJwcryptoAsync()
    {
        var (exitCode, _, error) = await RunAsync(Python, "-c", "import jwcrypto");
        Assert.True(exitCode == 0, $"Run 'apt-get install python3-jwcrypto', or tools/test, which does. {error}");
    }
}
