using System.Text.Json.Nodes;
using Entitlement.EndToEnd.Tests.Machinery;
using Entitlement.V1;
using Google.Protobuf;

namespace Entitlement.EndToEnd.Tests.Load;

/// <summary>The load driver against a running service.</summary>
public sealed class DriverTests : IAsyncLifetime, IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private Service _service = null!;

    public Task InitializeAsync()
    {
        _service = new Service(_folder.File("data"));
        return _service.StartAsync();
    }

    public async Task DisposeAsync() => await _service.DisposeAsync();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Takes_a_seat_with_each_call_in_either_loop_and_finds_its_licenses_again()
    {
        var closed = (await _service.DriveAsync("activate", "--count", "30", "--licenses", "2", "--callers", "4", "--json")).Succeeded().Json;
        var open = (await _service.DriveAsync("activate", "--count", "30", "--licenses", "2", "--rate", "50", "--json")).Succeeded().Json;

        Assert.Equal((30, 30), (Answered(closed), Answered(open)));
        var licenses = (await _service.EntitleAsync("license", "list", "--json")).Succeeded().Json["licenses"]!.AsArray();
        Assert.Equal([30, 30], licenses.Select(license => (int)license!["machinesHeld"]!));

        // Thirty calls that begin at fifty a second are begun in no less than 29 fiftieths of a second.
        Assert.InRange((long)open["total"]!, 580_000_000, long.MaxValue);
    }

    [Fact]
    public async Task Counts_what_is_refused_by_its_reason_and_says_so_by_its_exit_code()
    {
        (await _service.DriveAsync("activate", "--count", "1", "--licenses", "1")).Succeeded();
        (await _service.EntitleAsync("keys", "halt", "--reason", "a test of what is refused")).Succeeded();

        var refused = (await _service.DriveAsync("activate", "--count", "7", "--licenses", "1", "--json")).Ended(1).Json;

        Assert.Equal(7, (int)refused["errorDistribution"]!["FAILED_PRECONDITION ISSUING_HALTED"]!);
        Assert.Equal(7, (int)refused["statusCodeDistribution"]!["FAILED_PRECONDITION"]!);
    }

    [Fact]
    public async Task Writes_requests_that_a_tool_sends_by_the_json_of_the_contract()
    {
        var file = _folder.File("requests.json");
        (await _service.DriveAsync("requests", "--count", "6", "--licenses", "2", "--out", file)).Succeeded();
        var requests = JsonNode.Parse(await File.ReadAllTextAsync(file))!.AsArray()
            .Select(message => JsonParser.Default.Parse<ActivateRequest>(message!.ToJsonString())).ToList();

        using var channel = _service.OpenChannel();
        var client = new ActivationService.ActivationServiceClient(channel);
        var answers = await Task.WhenAll(requests.Select(request => client.ActivateAsync(request).ResponseAsync));

        Assert.Equal(6, answers.Select(answer => answer.Activation.Name).Distinct(StringComparer.Ordinal).Count());
        Assert.DoesNotContain(answers, answer => answer.RepeatedAnswer);
    }

    [Fact]
    public async Task Sends_a_file_of_requests_again_and_prints_the_same_license_files()
    {
        var file = _folder.File("requests.json");
        (await _service.DriveAsync("requests", "--count", "5", "--licenses", "1", "--out", file)).Succeeded();

        var (first, again) = (await SendAsync(file), await SendAsync(file));

        Assert.Equal([0, 1, 2, 3, 4], first.Select(answer => (int)answer["request"]!));
        Assert.Equal(5, first.Select(LicenseFile).Distinct(StringComparer.Ordinal).Count());
        Assert.Equal(first.Select(LicenseFile), again.Select(LicenseFile));
        Assert.DoesNotContain(first, answer => (bool)answer["repeated_answer"]!);
        Assert.All(again, answer => Assert.True((bool)answer["repeated_answer"]!));

        static string? LicenseFile(JsonNode answer) => (string?)answer["license_file"];
    }

    [Fact]
    public async Task Checks_permissions_singly_and_in_batches_while_access_changes()
    {
        var single = (await _service.DriveAsync("check", "--count", "200", "--accounts", "3", "--changes", "1", "--json")).Succeeded().Json;
        var batches = (await _service.DriveAsync("check", "--count", "20", "--accounts", "3", "--batch", "50", "--json")).Succeeded().Json;
        var given = (await _service.EntitleAsync("audit", "list", "--action", "role.assign", "--json")).Succeeded().Json["records"]!;

        Assert.Equal((200, 20), (Answered(single), Answered(batches)));

        // The one that all checks rest on, and one in each hundred calls.
        Assert.Equal(3, given.AsArray().Count);
    }

    [Fact]
    public async Task Writes_checks_and_changes_that_a_tool_sends_by_the_json_of_the_contract()
    {
        var (checks, changes) = (_folder.File("checks.json"), _folder.File("changes.json"));
        (await _service.DriveAsync("checks", "--count", "4", "--accounts", "2", "--out", checks)).Succeeded();
        (await _service.DriveAsync("checks", "--count", "4", "--accounts", "2", "--changes", "100", "--out", changes)).Succeeded();

        using var channel = _service.OpenChannel();
        var headers = await _service.CredentialsAsync();
        foreach (var message in JsonNode.Parse(await File.ReadAllTextAsync(checks))!.AsArray())
        {
            var check = JsonParser.Default.Parse<CheckPermissionRequest>(message!.ToJsonString());
            Assert.True((await new AccessService.AccessServiceClient(channel).CheckPermissionAsync(check, headers)).Allowed);
        }

        var parsed = JsonNode.Parse(await File.ReadAllTextAsync(changes))!.AsArray()
            .Select(message => JsonParser.Default.Parse<SetRolesRequest>(message!.ToJsonString()))
            .ToList();
        Assert.Equal([1, 1, 0, 0], parsed.Select(change => change.Roles.Count));
        await new RoleAssignmentService.RoleAssignmentServiceClient(channel).SetRolesAsync(parsed[0], headers);
    }

    private async Task<List<JsonNode>> SendAsync(string file)
    {
        var lines = (await _service.DriveAsync("send", "--requests", file)).Succeeded().Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        return [.. lines.Select(line => JsonNode.Parse(line)!).OrderBy(answer => (int)answer["request"]!)];
    }

    private static int Answered(JsonNode report) => (int)report["statusCodeDistribution"]!["OK"]!;

}
