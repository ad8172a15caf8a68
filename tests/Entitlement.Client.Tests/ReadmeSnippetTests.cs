using Entitlement.Client.Tests.Support;

namespace Entitlement.Client.Tests;

public sealed class ReadmeSnippetTests
{
    private const string Mark = "<!-- snippet: ten-lines -->";

    [Fact]
    public void Is_ten_lines_at_most() => Assert.InRange(Compiled().Count(line => line.Length > 0), 1, 10);

    [Fact]
    public void Is_what_the_README_shows()
    {
        var readme = File.ReadAllLines(Repository.File("README.md"));
        var mark = Array.IndexOf(readme, Mark);

        Assert.True(mark >= 0, $"The README must hold '{Mark}' and the ten lines fenced as csharp behind it.");
        Assert.Equal("```csharp", readme[mark + 1]);
        Assert.Equal(Compiled(), readme.Skip(mark + 2).TakeWhile(line => line != "```"));
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
