using Entitlement.Client.Tests.Support;

namespace Entitlement.Client.Tests;

public sealed class ReadmeSnippetTests
{
    [Fact]
    public void Is_ten_lines_at_most() => Assert.InRange(Compiled().Count(line => line.Length > 0), 1, 10);

    [Fact]
    public void Stands_in_the_readme_as_it_is_compiled()
    {
        var shown = File.ReadAllLines(Repository.File("README.md"))
            .SkipWhile(line => line != "<!-- snippet: ten-lines -->").Skip(2)
            .TakeWhile(line => line != "```");

        Assert.Equal(Compiled(), shown);
    }

    private static string[] Compiled()
    {
        var source = File.ReadAllLines(Repository.File("tests", "Entitlement.Client.Tests", "ReadmeSnippet.cs"));
        return
        [
            .. source.SkipWhile(line => !line.Contains("<ten-lines>", StringComparison.Ordinal)).Skip(1)
                .TakeWhile(line => !line.Contains("</ten-lines>", StringComparison.Ordinal))
                .Select(line => line.Length > 8 ? line[8..] : ""),
        ];
    }
}
