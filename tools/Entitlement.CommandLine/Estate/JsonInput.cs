using System.Runtime.CompilerServices;
using Entitlement.V1;
using Google.Protobuf;

namespace Entitlement.CommandLine.Estate;

/// <summary>
/// JSON lines: on each an <c>EstateRecord</c> as Protocol Buffers write it in JSON. Empty lines and those that begin with
/// <c>#</c>, which no JSON does, say nothing.
/// </summary>
internal sealed class JsonInput(string path) : InputFile(path)
{
    public override async IAsyncEnumerable<InputLine> ReadAsync([EnumeratorCancellation] CancellationToken cancellation)
    {
        using var file = Open();
        for (var number = 1L; await file.ReadLineAsync(cancellation) is { } line; number++)
        {
            if (line.Length > 0 && line[0] != '#')
            {
                yield return Read(number, line);
            }
        }
    }

    public override async Task WriteRefusedAsync(TextWriter report, InputLine line, LineProblem problem, bool isFirst)
    {
        var message = problem.Message.ReplaceLineEndings(" ");
        await report.WriteAsync(FormattableString.Invariant($"# line {line.Number}: {problem.Reason}: {message}\n"));
        await report.WriteAsync($"{line.Cells[0]}\n");
    }

    private static InputLine Read(long number, string line)
    {
        if (line.Contains('\uFFFD', StringComparison.Ordinal))
        {
            return new InputLine(number, [line], Record: null, LineProblem.NotUtf8());
        }

        try
        {
            return new InputLine(number, [line], EstateRecord.Parser.ParseJson(line), Problem: null);
        }
        catch (Exception cause) when (cause is InvalidProtocolBufferException or InvalidJsonException)
        {
            return new InputLine(number, [line], Record: null, LineProblem.NotARecord(cause.Message));
        }
    }
}
