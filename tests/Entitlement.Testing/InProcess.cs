using System.CommandLine;

namespace Entitlement.Testing;

/// <summary>
/// Command lines in this process, parsed and run as in a process of their own, which would take a hundred times as long to start.
/// What must be a process (pipes, signals, variables, completion) is tested as one, end to end.
/// </summary>
internal static class InProcess
{
    private const string Name = "entitle";

    /// <summary>The command line of <c>entitle</c>.</summary>
    public static RootCommand Entitle { get; } = CommandLine.Entitle.CreateRoot();

    public static async Task<Finished> RunAsync(RootCommand program, params string[] arguments)
    {
        using var output = new StringWriter { NewLine = "\n" };
        using var error = new StringWriter { NewLine = "\n" };
        var configuration = new InvocationConfiguration
        {
            EnableDefaultExceptionHandler = false,
            // Signals are for the tests' own process.
            ProcessTerminationTimeout = null,
            Output = output,
            Error = error,
        };
        var code = await CommandLine.Entitle.RunAsync(program, arguments, configuration);

        // The library calls a command by the name of the process that it runs in.
        var told = error.ToString().Replace(RootCommand.ExecutableName, Name, StringComparison.Ordinal);
        return new Finished(string.Join(' ', arguments), code, output.ToString(), told);
    }
}
