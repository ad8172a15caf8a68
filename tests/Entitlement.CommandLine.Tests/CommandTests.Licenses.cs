using System.IO.Compression;

namespace Entitlement.CommandLine.Tests;

public sealed partial class CommandTests
{
    private static readonly string[] Machines = ["first", "second"];

    [Fact]
    public Task Sells_a_license_that_its_customer_configures_and_reconfigures() => shell.OnceAsync(async () =>
    {
        var (account, product) = (await NewAccountAsync("Example Works"), await NewProductAsync("story-configured"));
        var license = await NewLicenseAsync(
            account, product, "--machines 5 --edition basic --other-edition pro --configure-first --feature camera:device:4");

        (await shell.RunAsync($"license configure {license} --edition pro --feature camera:2")).Succeeded();
        Assert.Equal("pro", await shell.FieldAsync("edition", $"license get {license}"));
        var changed = (await shell.RunAsync($"license reconfigure {license} --machines 3 --json --reason", "Fewer machines.")).Succeeded();
        Assert.Equal(3, (int)changed.Json["license"]!["machineLimit"]!);
        Assert.Equal(2, (int)changed.Json["license"]!["features"]![0]!["quantity"]!);
        var more = (await shell.RunAsync($"license reconfigure {license} --feature camera:5 --reason", "One more.")).Ended(1);
        Assert.Contains("camera", more.Error, StringComparison.Ordinal);
    });

    [Fact]
    public Task Assigns_a_license_shows_and_hides_it() => shell.OnceAsync(async () =>
    {
        var (account, product) = (await NewAccountAsync("Example Works"), await NewProductAsync("story-assigned"));
        var license = await NewLicenseAsync(account, product);
        var (hugo, ida) = (await NewUserAsync(account, "hugo@example.com"), await NewUserAsync(account, "ida@example.com"));

        (await shell.RunAsync($"license assign {license} {hugo}")).Succeeded();
        (await shell.RunAsync($"license show {license} {ida}")).Succeeded();
        (await shell.RunAsync($"license hide {license} {hugo}")).Succeeded();

        Assert.Equal(
            [(hugo, "no"), (ida, "yes")],
            (await shell.RunAsync($"license viewers {license}")).Succeeded().Rows.Select(row => (row[0], row[2])));
    });

    [Fact]
    public Task Changes_what_a_license_grants_and_whose_it_is_and_ends_it() => shell.OnceAsync(async () =>
    {
        var (account, product) = (await NewAccountAsync("Seller"), await NewProductAsync("story-sold"));
        var buyer = await NewAccountAsync("Buyer");
        var license = await NewLicenseAsync(account, product);

        (await shell.RunAsync($"license update {license} --machines 7 --reason", "More machines.")).Succeeded();
        foreach (var (verb, state) in new[] { ("suspend", "suspended"), ("reinstate", "active") })
        {
            Assert.Equal(state, await shell.FieldAsync("state", $"license {verb} {license} --reason", "As the story wants it."));
        }

        var moved = await shell.FieldAsync("name", $"license transfer {license} --to {buyer} --reason", "Sold.");
        Assert.Equal(moved, await shell.FieldAsync("name", $"license list --account {buyer}"));
        Assert.Equal("7", await shell.FieldAsync("machine_limit", $"license get {moved}"));
        Assert.Equal("revoked", await shell.FieldAsync("state", $"license revoke {moved} --reason", "Paid back."));
        Assert.Equal("story-sold", await shell.FieldAsync("code", $"product get {product}"));
        Assert.Contains(product, (await shell.RunAsync("product list --field name")).Succeeded().Lines);
    });

    [Fact]
    public Task Activates_a_machine_renews_reports_and_gives_back() => shell.OnceAsync(async () =>
    {
        var (account, product) = (await NewAccountAsync("Example Works"), await NewProductAsync("story-machine"));
        var license = await NewLicenseAsync(account, product);
        var (request, file, directory) = (shell.PathTo("m.lrq"), shell.PathTo("m.lic"), shell.PathTo("machine"));
        await RequestAsync(license, "story-machine", directory, request);

        var preview = (await shell.RunAsync($"preview {request}")).Succeeded();
        Assert.Contains($"License\t{license}", preview.Output, StringComparison.Ordinal);
        (await shell.RunAsync($"activate {request} --out {file}")).Succeeded();
        var activation = await shell.FieldAsync("name", $"activation list {license}");
        Assert.Equal(activation, await shell.FieldAsync("name", $"activation get {activation}"));
        (await shell.RunAsSelfAsync($"status {file} --dir {directory} --product-version 1.0")).Succeeded();
        (await shell.RunAsync(
            $"request --product story-machine --product-version 1.0 --build-date 2026-11-01 --dir {directory} --installed {file} "
            + $"--slc {await SlcAsync(license)} --refresh --out {request}")).Succeeded();
        (await shell.RunAsSelfAsync($"refresh {request} --out {file}")).Succeeded();

        (await shell.RunAsync($"report pack {account} --out {shell.PathTo("pack.zip")}")).Succeeded();
        await using (var pack = await ZipFile.OpenReadAsync(shell.PathTo("pack.zip")))
        {
            Assert.Contains(pack.Entries, entry => entry.Name.EndsWith(".lic", StringComparison.Ordinal));
        }

        (await shell.RunAsync($"report customers {account} --format csv --out {shell.PathTo("customers.csv")}")).Succeeded();
        Assert.Contains(license, await File.ReadAllTextAsync(shell.PathTo("customers.csv")), StringComparison.Ordinal);
        (await shell.RunAsync($"return {file} --dir {directory} --out {shell.PathTo("m.ret")}")).Succeeded();
        (await shell.RunAsSelfAsync($"deactivate {shell.PathTo("m.ret")}")).Succeeded();
        Assert.Empty((await shell.RunAsync($"activation list {license}")).Succeeded().Rows);
    });

    [Fact]
    public Task Decides_on_parked_requests_and_releases_the_seat_of_a_dead_machine() => shell.OnceAsync(async () =>
    {
        var (account, product) = (await NewAccountAsync("Example Works"), await NewProductAsync("story-parked"));
        var license = await NewLicenseAsync(account, product, "--machines 3 --mode approval");
        foreach (var machine in Machines)
        {
            await RequestAsync(license, "story-parked", shell.PathTo(machine), shell.PathTo($"{machine}.lrq"));
            (await shell.RunAsSelfAsync($"activate {shell.PathTo($"{machine}.lrq")} --as-product --out {shell.PathTo($"{machine}.lic")}")).Ended(6);
        }

        var parked = (await shell.RunAsync($"parked list {license} --state waiting --field name")).Succeeded().Lines;
        Assert.Equal(2, parked.Count);
        (await shell.RunAsync($"parked approve {parked[0]} --out {shell.PathTo("approved.lic")}")).Succeeded();
        (await shell.RunAsync($"parked reject {parked[1]} --reason", "Use another license.")).Succeeded();

        Assert.Equal("rejected", await shell.FieldAsync("state", $"parked get {parked[1]}"));
        Assert.True(File.Exists(shell.PathTo("approved.lic")));
        var activation = await shell.FieldAsync("name", $"activation list {license}");
        (await shell.RunAsync($"activation release {activation} --reason", "Its disk died.")).Succeeded();
        Assert.Empty((await shell.RunAsync($"activation list {license}")).Succeeded().Rows);
    });

    [Fact]
    public Task Lets_a_machine_try_longer() => shell.OnceAsync(async () =>
    {
        var (account, product) = (await NewAccountAsync("Trials"), await NewProductAsync("story-trial"));
        var license = await NewLicenseAsync(account, product, "--machines 100 --trial 30d");
        await RequestAsync(license, "story-trial", shell.PathTo("trying"), shell.PathTo("trying.lrq"));
        (await shell.RunAsSelfAsync($"activate {shell.PathTo("trying.lrq")} --as-product --out {shell.PathTo("trying.lic")}")).Succeeded();

        var trial = await shell.FieldAsync("name", $"trial list {license}");
        var before = await shell.FieldAsync("end_time", $"trial get {trial}");
        (await shell.RunAsync($"trial extend {trial} --end +60d --reason", "Their purchase takes a while.")).Succeeded();

        Assert.NotEqual(before, await shell.FieldAsync("end_time", $"trial get {trial}"));
    });

    private async Task RequestAsync(string license, string product, string directory, string output) => (await shell.RunAsSelfAsync(
        $"request --slc {await SlcAsync(license)} --product {product} --product-version 1.0 --build-date 2026-11-01 "
        + $"--dir {directory} --machine-name {Path.GetFileName(directory)} --out {output}")).Succeeded();

    private Task<string> SlcAsync(string license) => shell.FieldAsync("slc", $"license get {license}");
}
