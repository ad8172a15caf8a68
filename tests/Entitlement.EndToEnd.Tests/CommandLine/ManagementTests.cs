using Entitlement.EndToEnd.Tests.Machinery;

namespace Entitlement.EndToEnd.Tests.CommandLine;

/// <summary>Products, accounts and licenses from a shell: what is printed, where, and how it ends.</summary>
public sealed class ManagementTests(ServiceFixture fixture) : IClassFixture<ServiceFixture>
{
    private readonly Service _service = fixture.Service;

    [Fact]
    public async Task Extends_a_license_and_leaves_the_rest_as_it_is()
    {
        var estate = await Estate.CreateAsync(_service, "--machines", "3", "--end", "+10d", "--care-end", "+5d");

        var updated = (await _service.EntitleAsync(
            "license", "update", estate.License, "--end", "2036-01-01", "--care-end", "never", "--reason", "renewed", "--json")).Succeeded();
        var nothing = (await _service.EntitleAsync("license", "update", estate.License, "--reason", "renewed", "--json")).Ended(1);

        var license = updated.Json["license"]!;
        Assert.Equal("2036-01-01T00:00:00Z", (string?)license["endTime"]);
        Assert.Null(license["careEndTime"]);
        Assert.Equal(3, (int)license["machineLimit"]!);
        Assert.Contains("update_mask must name at least one field", nothing.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Prints_lines_with_tabs_into_a_pipe()
    {
        var estate = await Estate.CreateAsync(_service, "--edition", "pro", "--machines", "7");

        var lines = (await _service.StartEntitleAsync("license", "list", "--account", estate.Account)).Succeeded()
            .Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);

        Assert.Equal(2, lines.Length);
        Assert.StartsWith("Name\tProduct\tEdition\t", lines[0], StringComparison.Ordinal);
        var cells = lines[1].Split('\t');
        Assert.Equal(estate.License, cells[0]);
        Assert.Equal(["pro", estate.Slc[^4..], "active", "0", "7"], cells[2..7]);
    }

    [Fact]
    public async Task Prints_one_json_document_for_programs()
    {
        var estate = await Estate.CreateAsync(_service, "--feature", "export:license", "camera:device:4", "--end", "2031-05-01");

        var license = (await _service.EntitleAsync("license", "get", estate.License, "--json")).Succeeded().Json["license"]!;

        Assert.Equal(estate.License, (string?)license["name"]);
        Assert.Equal("2031-05-01T00:00:00Z", (string?)license["endTime"]);
        var camera = Assert.Single(license["features"]!.AsArray(), line => (string?)line!["code"] == "camera")!;
        Assert.Equal("FEATURE_COUNT_DEVICE", (string?)camera["counts"]);
        Assert.Equal(4, (int)camera["quantity"]!);
    }

    [Fact]
    public async Task Follows_lists_over_their_pages_up_to_the_limit()
    {
        for (var number = 0; number < 3; number++)
        {
            await Estate.CreateAsync(_service);
        }

        var all = (await _service.EntitleAsync("product", "list", "--field", "name")).Succeeded();
        var two = (await _service.EntitleAsync("product", "list", "--field", "name", "--limit", "2")).Succeeded();

        Assert.True(Lines(all.Output).Length >= 3);
        Assert.Equal(Lines(all.Output)[..2], Lines(two.Output));
        Assert.Contains("raise --limit", two.Error, StringComparison.Ordinal);
        Assert.Empty(all.Error);
    }

    [Fact]
    public async Task Gives_the_first_account_of_an_external_reference_again()
    {
        string[] create = ["account", "create", "--name", "A customer", "--external-ref", $"ERP-{Guid.NewGuid():N}"];

        var first = (await _service.EntitleAsync([.. create, "--json"])).Succeeded().Json;
        var second = (await _service.EntitleAsync([.. create, "--json"])).Succeeded().Json;

        Assert.Equal((string?)first["account"]!["name"], (string?)second["account"]!["name"]);
        Assert.False((bool)first["existed"]!);
        Assert.True((bool)second["existed"]!);
    }

    [Fact]
    public async Task Gives_a_license_to_another_account()
    {
        var estate = await Estate.CreateAsync(_service);
        var account = (await _service.EntitleAsync("account", "create", "--name", "Its buyer", "--field", "name"))
            .Succeeded().Output.Trim();

        var name = (await _service.EntitleAsync(
            "license", "transfer", estate.License, "--to", account, "--reason", "Sold.", "--field", "name")).Succeeded().Output.Trim();

        Assert.StartsWith($"{account}/licenses/", name, StringComparison.Ordinal);
        Assert.Equal(name, (await _service.EntitleAsync(
            "license", "list", "--account", account, "--field", "name")).Succeeded().Output.Trim());
        var gone = (await _service.EntitleAsync("license", "get", estate.License)).Ended(1);
        Assert.Contains("NOT_FOUND", gone.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Repeats_a_change_under_its_request_id()
    {
        string[] create =
            ["product", "create", "--code", $"p-{Guid.NewGuid():N}", "--name", "A product", "--request-id", $"{Guid.NewGuid()}", "--field", "name"];

        var first = (await _service.EntitleAsync(create)).Succeeded();
        var second = (await _service.EntitleAsync(create)).Succeeded();

        Assert.Equal(first.Output, second.Output);
    }

    [Fact]
    public async Task Takes_a_license_out_of_force_and_back_and_ends_it()
    {
        var estate = await Estate.CreateAsync(_service);

        Assert.Equal("suspended", await ChangeAsync("suspend", estate));
        Assert.Equal("active", await ChangeAsync("reinstate", estate));
        Assert.Equal("revoked", await ChangeAsync("revoke", estate));
        var refused = (await _service.EntitleAsync("license", "suspend", estate.License, "--reason", "late")).Ended(1);

        Assert.Contains("entitle: LICENSE_REVOKED:", refused.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Tells_a_refusal_with_its_reason_and_changes_nothing()
    {
        var estate = await Estate.CreateAsync(_service);

        var refused = (await _service.EntitleAsync("product", "create", "--code", estate.ProductCode, "--name", "Again", "--json")).Ended(1);

        var error = System.Text.Json.Nodes.JsonNode.Parse(refused.Error)!["error"]!;
        Assert.Equal("PRODUCT_CODE_TAKEN", (string?)error["reason"]);
        Assert.Equal("ALREADY_EXISTS", (string?)error["status"]);
        Assert.Equal(estate.ProductCode, (string?)error["metadata"]!["code"]);
        Assert.Empty(refused.Output);
    }

    [Fact]
    public async Task Names_the_wrong_field_and_its_rule()
    {
        var refused = (await _service.EntitleAsync("product", "create", "--code", "Not Good", "--name", "x")).Ended(1);

        Assert.Contains("entitle: INVALID_ARGUMENT:", refused.Error, StringComparison.Ordinal);
        Assert.Contains("  product.code: ", refused.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Refuses_a_key_that_is_not_accepted_and_says_where_to_name_another()
    {
        using var folder = new TemporaryFolder();
        var key = folder.Write("wrong.key", "not-a-key-of-this-service\n");

        var refused = (await _service.EntitleAsync("product", "list", "--api-key-file", key)).Ended(1);

        Assert.Contains("entitle: UNAUTHENTICATED:", refused.Error, StringComparison.Ordinal);
        Assert.Contains("--api-key-file", refused.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("not-a-key-of-this-service", refused.Error + refused.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Finds_the_bootstrap_key_of_the_local_data_folder_by_itself()
    {
        var environment = new Dictionary<string, string?>(StringComparer.Ordinal)
        {
            ["ENTITLEMENT_SERVER"] = _service.Address.ToString(),
            ["Storage__DataDirectory"] = _service.DataDirectory,
        };

        (await Command.RunAsync("dotnet", [Repository.EntitleProgram, "product", "list"], environment)).Succeeded();
    }

    [Fact]
    public async Task Prints_the_key_set_that_plain_http_serves()
    {
        using var http = new HttpClient { BaseAddress = _service.HttpAddress };

        var served = await http.GetStringAsync(new Uri("/.well-known/jwks.json", UriKind.Relative));
        var printed = (await _service.EntitleAsync("keys", "jwks")).Succeeded().Output;

        Assert.Equal(served.TrimEnd(), printed.TrimEnd());
        Assert.Contains("\"keys\"", printed, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Tells_health_at_once_and_by_watching()
    {
        Assert.Equal("serving", (await _service.EntitleAsync("health")).Succeeded().Output.Trim());
        Assert.Equal("serving", (await _service.EntitleAsync("health", "watch", "--count", "1")).Succeeded().Output.Trim());
    }

    private async Task<string> ChangeAsync(string change, Estate estate) =>
        (await _service.EntitleAsync("license", change, estate.License, "--reason", "for a test", "--field", "state")).Succeeded().Output.Trim();

    private static string[] Lines(string text) => text.Split('\n', StringSplitOptions.RemoveEmptyEntries);
}
