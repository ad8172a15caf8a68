using System.Text;
using Entitlement.CommandLine.Invocation;

namespace Entitlement.CommandLine.Estate;

/// <summary>The report of one file: its refused lines with the reasons. There is none while nothing was refused.</summary>
internal sealed class RefusedLines(InputFile input, string path) : IAsyncDisposable
{
    private StreamWriter? _report;

    /// <summary>Null while there is none.</summary>
    public string? Path => _report is null ? null : path;

    /// <summary>Where it goes unless somebody says otherwise: beside the file.</summary>
    public static string PathBeside(string input) => System.IO.Path.ChangeExtension(
        input, $".refused{System.IO.Path.GetExtension(input)}");

    public async Task AddAsync(InputLine line, LineProblem problem)
    {
        try
        {
            var isFirst = _report is null;
            _report ??= new StreamWriter(PrivateFile.Create(path), new UTF8Encoding(encoderShouldEmitUTF8Identifier: false));
            await input.WriteRefusedAsync(_report, line, problem, isFirst);
        }
        catch (Exception cause) when (cause is IOException or UnauthorizedAccessException)
        {
            throw CommandFailure.LocalFile(path, cause);
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_report is { } report)
        {
            await report.DisposeAsync();
        }
    }
}
