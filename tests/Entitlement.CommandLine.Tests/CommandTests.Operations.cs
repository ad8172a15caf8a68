using System.Text.Json.Nodes;

namespace Entitlement.CommandLine.Tests;

public sealed partial class CommandTests
{
    [Fact]
    public Task Halts_and_resumes_the_issuing_of_license_files() => shell.OnceAsync(async () =>
    {
        // Whoever activates meanwhile would wait: one story at a time.
        Assert.Contains("halted", (await shell.RunAsync("keys halt --reason", "The story wants it.")).Succeeded().Output, StringComparison.Ordinal);
        Assert.Contains("halted", (await shell.RunAsync("keys status")).Succeeded().Output, StringComparison.Ordinal);
        Assert.Contains("goes on", (await shell.RunAsync("keys resume --reason", "It is over.")).Succeeded().Output, StringComparison.Ordinal);
    });

    [Fact]
    public Task Publishes_which_keys_and_files_are_revoked_and_lists_what_a_key_signed() => shell.OnceAsync(async () =>
    {
        var keys = JsonNode.Parse((await shell.RunAsync("keys jwks")).Succeeded().Output)!["keys"]!.AsArray();
        var key = (string)keys[0]!["kid"]!;
        (await shell.RunAsync($"keys files {key}")).Succeeded();
        var list = shell.PathTo("keys.krl");
        (await shell.RunAsync($"keys revoke --dir {Path.Combine(shell.Host.DataDirectory, "keys")} --list {list}")).Succeeded();

        (await shell.RunAsync($"keys publish {list}")).Succeeded();

        Assert.Equal((await File.ReadAllTextAsync(list)).Trim(), (await shell.RunAsync("keys krl")).Succeeded().Output.Trim());
        Assert.Equal(3, (await shell.RunAsync("keys rl")).Succeeded().Output.Split('.').Length);
    });

    [Fact]
    public Task Reads_and_verifies_the_audit_trail() => shell.OnceAsync(async () =>
    {
        var account = await NewAccountAsync("Audited");
        var head = shell.PathTo("trail.head");

        Assert.Equal("account.create", await shell.FieldAsync("action", $"audit list --resource {account}"));
        (await shell.RunAsync($"audit head --out {head}")).Succeeded();
        (await shell.RunAsync("audit blocks")).Succeeded();
        (await shell.RunAsync("audit generations")).Succeeded();
        (await shell.RunAsync($"audit verify --root {Path.Combine(shell.Host.DataDirectory, "keys", "root.pem")} --head {head}")).Succeeded();
    });

    [Fact]
    public Task Takes_an_estate_out_and_brings_it_in_again() => shell.OnceAsync(async () =>
    {
        var (above, product) = (await NewAccountAsync("Exported"), await NewProductAsync("story-exported"));
        var account = await shell.FieldAsync(
            "name", $"account create --parent {above} --customer-number C-EXPORTED --country AT --name", "Exported too", "--address", "1 Main Street");
        var license = await NewLicenseAsync(account, product, "--machines 5 --edition basic --other-edition pro --feature camera:device:4");
        (await shell.RunAsync($"license reconfigure {license} --machines 3 --feature camera:0 --reason", "Less is enough.")).Succeeded();
        var (accounts, licenses) = (shell.PathTo("accounts.csv"), shell.PathTo("licenses.csv"));
        (await shell.RunAsync($"export --kind account --out {accounts}")).Succeeded();
        (await shell.RunAsync($"export --kind license --out {licenses}")).Succeeded();

        var line = (await File.ReadAllLinesAsync(accounts)).Single(row => row.Contains("C-EXPORTED", StringComparison.Ordinal));
        Assert.Contains(above, line, StringComparison.Ordinal);
        Assert.Contains("1 Main Street", line, StringComparison.Ordinal);
        Assert.Contains("camera:device:0/4", await File.ReadAllTextAsync(licenses), StringComparison.Ordinal);
        (await shell.RunAsync($"import {accounts} {licenses}")).Succeeded();
        (await shell.RunAsync($"import {accounts} {licenses} --dry-run")).Succeeded();
    });

    [Fact]
    public Task Shows_messages_and_has_one_tried_at_once() => shell.OnceAsync(async () =>
    {
        var account = await NewAccountAsync("Example Works");
        await NewUserAsync(account, "jane@example.com");

        var row = (await shell.RunAsync("messages list --state waiting")).Succeeded().Rows.Single(row => row.Contains("jane@example.com"));
        (await shell.RunAsync($"messages retry {row[0]}")).Succeeded();
    });

    [Fact]
    public Task Tells_whether_the_service_serves() => shell.OnceAsync(async () =>
    {
        Assert.Equal("serving", (await shell.RunAsSelfAsync("health")).Succeeded().Output.Trim());
        Assert.Equal("serving", (await shell.RunAsSelfAsync("health watch --count 1")).Succeeded().Output.Trim());
    });
}
