using System.Reflection;

namespace Entitlement.Server.Tests.Layout;

/// <summary>Who may know whom; the reasons stand in <c>src/README.md</c>.</summary>
public class DirectionTests
{
    private const string Ours = "Entitlement.";

    [Theory]
    [InlineData("Domain")]
    [InlineData("Formats")]
    [InlineData("Contracts")]
    [InlineData("Signing", "Formats")]
    [InlineData("Storage", "Domain")]
    [InlineData("Storage.PostgreSql", "Domain", "Storage")]
    [InlineData("Storage.Sqlite", "Domain", "Storage")]
    [InlineData("Storage.SqlServer", "Domain", "Storage")]
    [InlineData("Client", "Contracts", "Formats")]
    [InlineData(
        "Server",
        "Contracts",
        "Domain",
        "Formats",
        "Signing",
        "Storage",
        "Storage.PostgreSql",
        "Storage.Sqlite",
        "Storage.SqlServer")]
    public void An_assembly_refers_to_no_other_of_ours_than_it_may(string assembly, params string[] allowed)
    {
        var referred = Assembly.Load(Ours + assembly).GetReferencedAssemblies()
            .Select(reference => reference.Name!)
            .Where(name => name.StartsWith(Ours, StringComparison.Ordinal))
            .Select(name => name[Ours.Length..]);

        Assert.Empty(referred.Except(allowed, StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("Domain")]
    [InlineData("Formats")]
    public void A_pure_assembly_refers_to_nothing_but_the_framework(string assembly)
    {
        var framework = Path.GetDirectoryName(typeof(object).Assembly.Location)!;

        Assert.All(
            Assembly.Load(Ours + assembly).GetReferencedAssemblies(),
            reference => Assert.True(File.Exists(Path.Combine(framework, reference.Name + ".dll")), reference.Name));
    }

    [Fact]
    public void The_domain_asks_no_clock()
    {
        var domain = Assembly.Load(Ours + "Domain");
        var clocks = MetadataCalls.To(domain, ["System.DateTime", "System.DateTimeOffset", "System.TimeProvider"])
            .Where(call => call.Contains("Now", StringComparison.Ordinal) || call.Contains("get_System", StringComparison.Ordinal));

        Assert.Empty(clocks);
    }
}
