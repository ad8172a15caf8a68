using System.CommandLine;
using System.Text.Encodings.Web;
using System.Text.Json;
using Entitlement.CommandLine.Invocation;

namespace Entitlement.CommandLine.Display;

/// <summary>Says on standard error why a command failed: reason, message, what to do next.</summary>
internal static class FailureReport
{
    // Not for HTML: quotes and arrows stay as they are.
    private static readonly JsonWriterOptions Readable = new() { Indented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static ExitCode Tell(CommandFailure failure, ParseResult parse, TextWriter error)
    {
        if (parse.GetValue(GlobalOptions.Json))
        {
            error.WriteLine(ToJson(failure));
            return failure.ExitCode;
        }

        error.WriteLine($"{parse.RootCommandResult.Command.Name}: {failure.Reason}: {failure.Message}");
        foreach (var (field, rule) in failure.Violations)
        {
            error.WriteLine($"  {field}: {rule}");
        }

        if (failure.Advice is { } advice)
        {
            error.WriteLine($"  {advice}");
        }

        return failure.ExitCode;
    }

    public static ExitCode TellWrongUse(ParseResult parse, TextWriter error)
    {
        var path = string.Join(' ', Path(parse.CommandResult.Command));
        var failure = CommandFailure.Usage(
            string.Join(' ', parse.Errors.Select(problem => problem.Message).Distinct(StringComparer.Ordinal)), $"See: {path} --help");
        return Tell(failure, parse, error);
    }

    private static IEnumerable<string> Path(Command command)
    {
        var above = command.Parents.OfType<Command>().FirstOrDefault();
        return (above is null ? [] : Path(above)).Append(command.Name);
    }

    private static string ToJson(CommandFailure failure)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer, Readable))
        {
            json.WriteStartObject();
            json.WriteStartObject("error");
            json.WriteNumber("exitCode", (int)failure.ExitCode);
            json.WriteString("reason", failure.Reason);
            json.WriteString("message", failure.Message);
            json.WriteString("status", failure.Status);
            json.WriteString("advice", failure.Advice);
            json.WriteStartObject("metadata");
            foreach (var (key, value) in failure.Metadata)
            {
                json.WriteString(key, value);
            }

            json.WriteEndObject();
            json.WriteStartArray("fieldViolations");
            foreach (var (field, rule) in failure.Violations)
            {
                json.WriteStartObject();
                json.WriteString("field", field);
                json.WriteString("description", rule);
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteEndObject();
            json.WriteEndObject();
        }

        return System.Text.Encoding.UTF8.GetString(buffer.ToArray());
    }
}
