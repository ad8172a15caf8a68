using System.Text.Json.Nodes;
using Entitlement.EndToEnd.Tests.Machinery;
using Entitlement.V1;
using Google.Protobuf.Reflection;

namespace Entitlement.EndToEnd.Tests.Load;

/// <summary>The configurations for ghz, which this project's machines can't have: they must fit the contract all the same.</summary>
public sealed class GhzConfigurationTests
{
    private static readonly string[] Activities = ["access-change", "activate", "check-batch", "check"];

    private static readonly string[] Ways = ["proto", "reflection"];

    private static readonly string[] Loops = ["closed", "open"];

    /// <summary>The members of ghz's configuration that are used here, as its documentation names them.</summary>
    private static readonly string[] Known =
    [
        "async", "call", "concurrency", "connections", "data-file", "host", "import-paths", "insecure", "metadata-file", "name", "proto", "rps",
        "timeout", "total",
    ];

    private static IEnumerable<MethodDescriptor> Methods =>
        [.. ActivationService.Descriptor.Methods, .. AccessService.Descriptor.Methods, .. RoleAssignmentService.Descriptor.Methods];

    public static TheoryData<string> Files => [.. Names];

    private static IEnumerable<string> Names =>
        Directory.EnumerateFiles(Repository.At("tools/load/ghz")).Select(file => Path.GetFileName(file));

    [Fact]
    public void Exist_for_each_activity_in_both_loops_by_both_ways_to_the_contract() => Assert.Equal(
        from activity in Activities
        from way in Ways
        from loop in Loops
        select $"{activity}-{way}-{loop}.json",
        Names.Order(StringComparer.Ordinal));

    [Theory]
    [MemberData(nameof(Files))]
    public void Fits_the_contract(string file)
    {
        var configuration = JsonNode.Parse(File.ReadAllText(Repository.At($"tools/load/ghz/{file}")))!.AsObject();

        Assert.Empty(configuration.Select(member => member.Key).Except(Known, StringComparer.Ordinal));
        var call = (string)configuration["call"]!;
        Assert.Contains(call, Methods.Select(method => $"{method.Service.FullName}.{method.Name}"));
        var isOpen = configuration["async"] is not null && configuration["rps"] is not null;
        Assert.Equal(file.Contains("open", StringComparison.Ordinal), isOpen);
        if (file.Contains("proto", StringComparison.Ordinal))
        {
            Assert.True(File.Exists(Repository.At((string)configuration["proto"]!)));
            Assert.All(configuration["import-paths"]!.AsArray(), path => Assert.True(Directory.Exists(Repository.At((string)path!))));
        }
        else
        {
            Assert.Null(configuration["proto"]);
        }
    }
}
