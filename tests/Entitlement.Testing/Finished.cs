using System.Text.Json;
using System.Text.Json.Nodes;

namespace Entitlement.Testing;

/// <summary>How a command ended and what it wrote.</summary>
internal sealed record Finished(string Command, int ExitCode, string Output, string Error)
{
    public JsonNode Json => JsonNode.Parse(Output) ?? throw new JsonException($"{Command} printed null.");

    /// <summary>The rows under the headings, each by its cells.</summary>
    public IReadOnlyList<string[]> Rows => [.. Lines.Skip(1).Select(row => row.Split('\t'))];

    public IReadOnlyList<string> Lines => Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);

    /// <summary>The same, after checking that it ended well.</summary>
    public Finished Succeeded() => Ended(0);

    /// <summary>The same, after checking its exit code.</summary>
    public Finished Ended(int exitCode) => ExitCode == exitCode
        ? this
        : throw new InvalidOperationException($"{Command}\nended with {ExitCode} and not {exitCode}.\n{Output}\n{Error}");
}
