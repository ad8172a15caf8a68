using System.Reflection;

namespace Entitlement.Conformance.Tests;

public class RowTests
{
    [Fact]
    public void Each_row_has_exactly_one_test() => Assert.Equal(
        Rows.All.Order(StringComparer.Ordinal),
        Tests().Select(IdOf).Order(StringComparer.Ordinal));

    [Fact]
    public void Each_test_says_what_it_proves_its_row_by() => Assert.All(
        Tests(),
        test => Assert.True(Assert.Single(ProofsOf(test)) is Rows.Tool or Rows.Permission, test.Name));

    /// <summary>What <c>tools/test</c> prints and the README claims.</summary>
    [Fact]
    public void The_counts_of_the_README_are_those_of_the_tests()
    {
        var proven = Tests().Count(test => ProofsOf(test).Contains(Rows.Tool));

        Assert.Contains(
            $"{proven} of the {Rows.All.Count()} behaviours",
            File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "README.md")).ReplaceLineEndings(" "),
            StringComparison.Ordinal);
    }

    private static List<MethodInfo> Tests() =>
        [.. typeof(RowTests).Assembly.GetTypes()
            .Where(type => type != typeof(RowTests))
            .SelectMany(type => type.GetMethods())
            .Where(method => method.IsDefined(typeof(FactAttribute)))];

    /// <summary><c>PTC_1_…</c> proves <c>PTC-1</c>.</summary>
    private static string IdOf(MethodInfo test) => string.Join('-', test.Name.Split('_')[..2]);

    private static IEnumerable<string> ProofsOf(MethodInfo test) => test.CustomAttributes
        .Where(attribute => attribute.AttributeType == typeof(TraitAttribute))
        .Where(attribute => attribute.ConstructorArguments[0].Value is "proof")
        .Select(attribute => $"{attribute.ConstructorArguments[1].Value}");
}
