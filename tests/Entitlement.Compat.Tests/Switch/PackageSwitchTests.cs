using System.Diagnostics;
using System.Text.Json;

namespace Entitlement.Compat.Tests.Switch;

/// <summary>Where the contract assemblies come from is one property and touches no code.</summary>
public sealed class PackageSwitchTests
{
    private static readonly string Root = FindRoot();

    [Theory]
    [InlineData("src/Entitlement.Contracts", "Grpc.Core.Api", "Grpc.Net.Common")]
    [InlineData("src/Entitlement.Server", "Grpc.AspNetCore")]
    [InlineData("src/Entitlement.Client", "Grpc.Net.Client")]
    [InlineData("src/Entitlement.Storage.SqlServer", "Microsoft.SqlServer.Server")]
    [InlineData("tests/Entitlement.Compat.Tests", "Grpc.AspNetCore", "Grpc.Core.Api", "Grpc.Net.Common")]
    public async Task Packages_take_the_place_of_the_stand_ins(string project, params string[] packages)
    {
        var items = await EvaluateAsync(project, "package");

        Assert.DoesNotContain(items["ProjectReference"], reference => reference.Contains("/compat/", StringComparison.Ordinal));
        Assert.Subset(items["PackageReference"], packages.ToHashSet());
        Assert.DoesNotContain("Grpc.AspNetCore.Server", items["PackageReference"]);
        Assert.Empty(items["PrunePackageReference"].Intersect(["Grpc.Core.Api", "Grpc.Net.Common", "Microsoft.SqlServer.Server"]));
        Assert.Subset(items["PackageVersion"], items["PackageReference"]);
    }

    [Theory]
    [InlineData("src/Entitlement.Contracts", "Grpc.Core.Api", "Grpc.Net.Common")]
    [InlineData("src/Entitlement.Storage.SqlServer", "Microsoft.SqlServer.Server")]
    public async Task Stand_ins_take_the_place_of_the_packages_by_default(string project, params string[] standIns)
    {
        var items = await EvaluateAsync(project, "compat");

        var references = items["ProjectReference"].Where(reference => reference.Contains("/compat/", StringComparison.Ordinal));
        Assert.Equal(standIns, references.Select(Path.GetFileNameWithoutExtension));
        Assert.Empty(items["PackageReference"].Intersect(standIns));
        Assert.Subset(items["PrunePackageReference"], standIns.ToHashSet());
    }

    [Fact]
    public void Only_the_switch_names_the_stand_ins()
    {
        var projects = Directory.EnumerateFiles(Root, "*.csproj", SearchOption.AllDirectories)
            .Where(path => Path.GetRelativePath(Root, path).Split(Path.DirectorySeparatorChar) is not ["src", "compat", ..])
            .Where(path => File.ReadAllText(path) is var text && Array.Exists(
                ["Grpc.Core.Api.csproj", "Grpc.Net.Common.csproj", "Microsoft.SqlServer.Server.csproj"],
                name => text.Contains(name, StringComparison.Ordinal)));

        Assert.Empty(projects);
    }

    private static async Task<IReadOnlyDictionary<string, ISet<string>>> EvaluateAsync(string project, string contracts)
    {
        var start = new ProcessStartInfo("dotnet")
        {
            RedirectStandardOutput = true,
            UseShellExecute = false,
            ArgumentList =
            {
                "msbuild",
                Path.Combine(Root, project),
                "-getItem:PackageReference,ProjectReference,PrunePackageReference,PackageVersion",
                $"-p:Contracts={contracts}",
            },
        };
        using var process = Process.Start(start)!;
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        Assert.Equal(0, process.ExitCode);

        using var document = JsonDocument.Parse(output);
        return document.RootElement.GetProperty("Items").EnumerateObject().ToDictionary(
            items => items.Name,
            ISet<string> (items) => items.Value.EnumerateArray().Select(item => item.GetProperty("Identity").GetString()!).ToHashSet());
    }

    private static string FindRoot()
    {
        var directory = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(directory.FullName, "Entitlement.sln")))
        {
            directory = directory.Parent ?? throw new InvalidOperationException("The tests do not run inside the repository.");
        }

        return directory.FullName;
    }
}
