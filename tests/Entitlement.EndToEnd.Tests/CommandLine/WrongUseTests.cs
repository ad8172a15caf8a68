using System.Text.Json.Nodes;
using Entitlement.EndToEnd.Tests.Machinery;
using Entitlement.Testing;

namespace Entitlement.EndToEnd.Tests.CommandLine;

/// <summary>What happens without a service, or without sense: exit code, reason, and what to do next.</summary>
public sealed class WrongUseTests
{
    // The discard port: nothing of a test listens there.
    private const string Nowhere = "http://127.0.0.1:9";

    [Theory]
    [InlineData("--end", "2027-02-30", "--end: '2027-02-30' is no date. Write 2027-01-31")]
    [InlineData("--care-end", "tomorrow", "--care-end: 'tomorrow' is no date.")]
    [InlineData("--feature", "camera", "--feature: 'camera' is no feature line.")]
    [InlineData("--feature", "camera:device:0", "--feature: 'camera:device:0' is no feature line.")]
    [InlineData("--feature", "camera:device:4:30m", "--feature: 'camera:device:4:30m' is no feature line.")]
    [InlineData("--feature", "render:lease:4+", "--feature: 'render:lease:4+' is no feature line.")]
    [InlineData("--feature", "render:lease:4:soon", "--feature: 'render:lease:4:soon' is no feature line.")]
    [InlineData("--mode", "anybody", "--mode: 'anybody' is none of self-service, portal-only, approval.")]
    [InlineData("--machines", "many", "many")]
    [InlineData("--timeout", "30", "--timeout: '30' is no duration.")]
    [InlineData("--request-id", "7", "7")]
    public async Task Refuses_a_wrong_value_before_anything_is_sent(string option, string value, string message)
    {
        var refused = (await EntitleAsync("license", "create", "--account", "a", "--product", "p", option, value)).Ended(2);

        Assert.Contains(message, refused.Error, StringComparison.Ordinal);
        Assert.Contains("entitle license create --help", refused.Error, StringComparison.Ordinal);
        Assert.Empty(refused.Output);
    }

    [Theory]
    [InlineData("prodct", "list")]
    [InlineData("product", "create")]
    [InlineData("product", "list", "--limit", "0")]
    [InlineData("--server", "not-an-address", "product", "list")]
    [InlineData("request", "--product", "p", "--product-version", "1", "--build-date", "2026-01-01", "--out", "x")]
    public async Task Ends_with_2_on_wrong_use(params string[] arguments)
    {
        var refused = (await EntitleAsync(arguments)).Ended(2);

        Assert.StartsWith("entitle: USAGE: ", refused.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Tells_wrong_use_as_json_too()
    {
        var refused = (await EntitleAsync("product", "create", "--json")).Ended(2);

        var error = JsonNode.Parse(refused.Error)!["error"]!;
        Assert.Equal("USAGE", (string?)error["reason"]);
        Assert.Equal(2, (int)error["exitCode"]!);
    }

    [Fact]
    public async Task Ends_with_3_when_nothing_answers_and_says_what_to_look_at()
    {
        var refused = (await Command.RunAsync("dotnet", Repository.EntitleProgram, "product", "list", "--server", Nowhere)).Ended(3);

        Assert.Contains("entitle: UNREACHABLE: The service at http://127.0.0.1:9", refused.Error, StringComparison.Ordinal);
        Assert.Contains("ENTITLEMENT_SERVER", refused.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Waits_no_longer_for_a_service_than_asked() =>
        (await EntitleAsync("health", "--server", Nowhere, "--wait", "1s")).Ended(3);

    [Fact]
    public async Task Ends_with_5_when_a_file_of_this_machine_is_missing()
    {
        using var folder = new TemporaryFolder();

        var request = (await EntitleAsync("activate", folder.File("missing.lrq"), "--out", folder.File("a.lic"))).Ended(5);
        var key = (await EntitleAsync("product", "list", "--api-key-file", folder.File("missing.key"))).Ended(5);

        Assert.Contains("missing.lrq", request.Error, StringComparison.Ordinal);
        Assert.Contains("missing.key", key.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Documents_every_exit_code_in_its_help()
    {
        var help = (await EntitleAsync("--help")).Succeeded().Output;

        Assert.All(Enum.GetValues<Entitlement.CommandLine.Invocation.ExitCode>(), code => Assert.Contains($"\n  {(int)code,-4} ", help, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Never_lets_its_keys_be_read_by_others()
    {
        using var folder = new TemporaryFolder();

        (await EntitleAsync("keys", "init", "--dir", folder.File("keys"), "--name", "A company")).Succeeded();

        Assert.All(
            ["root.key.pem", "signing.key.pem"],
            name => Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(folder.File($"keys/{name}"))));
    }

    [Fact]
    public async Task Runs_from_the_source_tree_by_its_script()
    {
        var version = (await Command.RunAsync(Repository.At("tools/entitle"), "--version")).Succeeded();

        Assert.Matches(@"^\d+\.\d+\.\d+", version.Output);
    }

    private static Task<Finished> EntitleAsync(params string[] arguments) => InProcess.RunAsync(InProcess.Entitle, arguments);
}
