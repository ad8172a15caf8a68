using System.Text.RegularExpressions;
using Entitlement.CommandLine;
using Entitlement.EndToEnd.Tests.Machinery;

namespace Entitlement.EndToEnd.Tests.Quickstart;

/// <summary>What the documents tell people to type is there.</summary>
public sealed partial class DocumentTests
{
    [Fact]
    public async Task Every_tool_that_a_document_names_exists()
    {
        var named = await NamedAsync(Tool());

        Assert.NotEmpty(named);
        Assert.All(named, tool => Assert.True(Path.Exists(Repository.At(tool)), $"{tool} is named, and is not there."));
    }

    [Fact]
    public async Task Every_entitle_command_that_a_document_names_is_one()
    {
        var commands = Entitle.CreateRoot().Subcommands.Select(command => command.Name).ToList();
        var named = await NamedAsync(EntitleCommand());

        Assert.NotEmpty(named);
        Assert.All(named, command => Assert.Contains(command, commands));
    }

    private static async Task<IReadOnlyCollection<string>> NamedAsync(Regex pattern)
    {
        var tracked = (await Command.RunAsync("git", "ls-files", "*.md")).Succeeded().Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        var named = new SortedSet<string>(StringComparer.Ordinal);
        foreach (var document in tracked)
        {
            var text = await File.ReadAllTextAsync(Repository.At(document));
            named.UnionWith(pattern.Matches(text).Select(match => match.Groups["name"].Value));
        }

        return named;
    }

    [GeneratedRegex(@"(?<![\w/.-])(?<name>tools/[a-z-]+)\b(?![/.])", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 5000)]
    private static partial Regex Tool();

    [GeneratedRegex(@"tools/entitle (?<name>[a-z]+(-[a-z]+)*)", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 5000)]
    private static partial Regex EntitleCommand();
}
