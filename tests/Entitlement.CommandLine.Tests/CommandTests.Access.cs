using System.Globalization;

namespace Entitlement.CommandLine.Tests;

public sealed partial class CommandTests
{
    [Fact]
    public Task Defines_roles_of_ones_own() => shell.OnceAsync(async () =>
    {
        (await shell.RunAsync("role create auditor --permission license.read --on Account --name", "Auditor")).Succeeded();
        (await shell.RunAsync("role update auditor --name", "Auditors")).Succeeded();

        Assert.Equal("Auditors", await shell.FieldAsync("display_name", "role get auditor"));
        Assert.Contains("roles/auditor", (await shell.RunAsync("role list --field name")).Succeeded().Lines);
        (await shell.RunAsync("role delete auditor")).Succeeded();
        Assert.Contains("NOT_FOUND", (await shell.RunAsync("role get auditor")).Ended(1).Error, StringComparison.Ordinal);
    });

    [Fact]
    public Task Gives_and_takes_roles_and_appoints_supervisors() => shell.OnceAsync(async () =>
    {
        var account = await NewAccountAsync("Example Works");
        var (emma, fred) = (await NewUserAsync(account, "emma@example.com"), await NewUserAsync(account, "fred@example.com"));

        (await shell.RunAsync($"assignment create {emma} licensing reporting --on {account} --until +14d")).Succeeded();
        (await shell.RunAsync($"assignment set {emma} reporting --on {account}")).Succeeded();
        (await shell.RunAsync($"assignment appoint {account} {fred}")).Succeeded();

        Assert.Equal(
            [(emma, "roles/reporting"), (fred, "roles/supervisor")],
            (await shell.RunAsync($"assignment list --on {account}")).Succeeded().Rows.Select(row => (row[0], row[1])));
        var held = (await shell.RunAsync($"assignment of {fred}")).Succeeded();
        Assert.Contains($"roles/supervisor\t{account}", held.Output, StringComparison.Ordinal);
        (await shell.RunAsync($"assignment set {emma} --on {account}")).Succeeded();
        Assert.Equal(fred, await shell.FieldAsync("principal", $"assignment list --on {account}"));
    });

    [Fact]
    public Task Tells_who_may_do_what_and_what_a_change_would_do() => shell.OnceAsync(async () =>
    {
        var account = await NewAccountAsync("Example Works");
        var gina = await NewUserAsync(account, "gina@example.com");
        var given = (await shell.RunAsync($"assignment create {gina} reporting --on {account} --json")).Succeeded();
        var token = (string)given.Json["consistencyToken"]!;

        var dry = (await shell.RunAsync($"access dry-run --assign licensing --to {gina} --on {account}")).Succeeded();
        Assert.Contains("license.configure", dry.Output, StringComparison.Ordinal);
        Assert.Equal("yes", (await shell.RunAsync($"access check account.read {account} --principal {gina} --after {token}")).Succeeded().Output.Trim());
        Assert.Equal("no", (await shell.RunAsync($"access check license.configure {account} --principal {gina}")).Ended(1).Output.Trim());
        Assert.Equal(["yes", "no"], (await shell.RunAsync(
            $"access batch-check account.read@{account} license.configure@{account} --principal {gina}")).Succeeded().Lines);
        var told = (await shell.RunAsync($"access explain license.configure {account} --principal {gina}")).Succeeded().Output;
        Assert.StartsWith("They may not configure new software here.", told, StringComparison.Ordinal);
        Assert.Contains("Enough would be:", told, StringComparison.Ordinal);
        Assert.Contains("report.read_customers", (await shell.RunAsync($"access list {account} --principal {gina}")).Succeeded().Output, StringComparison.Ordinal);
        Assert.Contains(gina, (await shell.RunAsync($"access principals report.read_customers {account} --field principal")).Succeeded().Lines);
        (await shell.RunAsync($"assignment set {gina} --on {account}")).Succeeded();
        var change = (await shell.RunAsync($"access watch --after {token} --count 1")).Succeeded();
        Assert.Contains(account, change.Output, StringComparison.Ordinal);
    });

    [Fact]
    public Task Shows_and_drops_what_is_kept_of_access_and_tells_from_when_a_change_counts() => shell.OnceAsync(async () =>
    {
        var kept = (await shell.RunAsync("access cache")).Succeeded().Output;
        var effective = (await shell.RunAsync("access await --tell-only")).Succeeded();
        (await shell.RunAsync("access cache drop")).Succeeded();

        Assert.Contains("Read from database\t", kept, StringComparison.Ordinal);
        Assert.Contains("Last change seen\t", kept, StringComparison.Ordinal);
        Assert.StartsWith("Effective everywhere from ", effective.Output, StringComparison.Ordinal);
    });

    [Fact]
    public Task Waits_until_what_was_taken_away_counts_everywhere_and_says_since_when() => shell.OnceAsync(async () =>
    {
        var account = await NewAccountAsync("Example Works");
        var omar = await NewUserAsync(account, "omar@example.com");
        (await shell.RunAsync($"assignment create {omar} reporting --on {account}")).Succeeded();
        var earliest = TimeProvider.System.GetUtcNow() + Shell.MaxStaleness;

        var taken = (await shell.RunAsync($"assignment set {omar} --on {account} --wait")).Succeeded();

        const string Said = "Effective everywhere since ";
        var line = Assert.Single(taken.Error.Split('\n'), line => line.StartsWith(Said, StringComparison.Ordinal));
        var since = DateTimeOffset.Parse(line[Said.Length..].TrimEnd('.'), CultureInfo.InvariantCulture);
        Assert.InRange(since, earliest - TimeSpan.FromSeconds(1), TimeProvider.System.GetUtcNow());
    });

    [Fact]
    public Task Says_that_it_is_done_where_the_credentials_to_ask_with_are_what_was_ended() => shell.OnceAsync(async () =>
    {
        var petra = await NewUserAsync(await NewAccountAsync("Example Works"), "petra@example.com");
        var initial = (await shell.RunAsync($"password issue {petra}")).Succeeded().Output.Trim();
        (await shell.RunTypingAsync("sign-in petra@example.com", initial, "correct horse battery")).Succeeded();
        var session = (await shell.RunAsSelfAsync("sessions list --field name")).Succeeded().Lines.Single();

        var ended = (await shell.RunAsSelfAsync($"sessions revoke {session} --wait")).Ended(1);

        Assert.Contains("The session has ended.\nIt is done; but since when", ended.Error, StringComparison.Ordinal);
        Assert.Contains("UNAUTHENTICATED", ended.Error, StringComparison.Ordinal);
        (await shell.RunAsSelfAsync("sign-out")).Succeeded();
    });

    [Fact]
    public Task Makes_projects_waves_and_batches_on_which_roles_are_given() => shell.OnceAsync(async () =>
    {
        var account = await NewAccountAsync("Example Works");
        var project = await shell.FieldAsync("name", $"project create --account {account} --name", "New workstations");
        var wave = await shell.FieldAsync("name", $"wave create {project} --name", "First floor");
        var batch = await shell.FieldAsync("name", $"batch create {wave} --name", "Room 101");
        var robot = await shell.FieldAsync("name", "service-account create --name", "Robot");
        (await shell.RunAsync($"assignment create {robot} migration-specialist --on {batch}")).Succeeded();

        Assert.Equal("New workstations", await shell.FieldAsync("display_name", $"project get {project}"));
        Assert.Equal("First floor", await shell.FieldAsync("display_name", $"wave get {wave}"));
        Assert.Equal("Room 101", await shell.FieldAsync("display_name", $"batch get {batch}"));
        Assert.Equal(project, await shell.FieldAsync("name", $"project list --account {account}"));
        Assert.Equal(wave, await shell.FieldAsync("name", $"wave list --project {project}"));
        Assert.Contains(batch, (await shell.RunAsync("batch list --field name")).Succeeded().Lines);
        Assert.Equal(robot, await shell.FieldAsync("principal", $"assignment list --on {project}"));
        (await shell.RunAsync($"batch delete {batch}")).Succeeded();
        Assert.Empty((await shell.RunAsync($"assignment list --on {project}")).Succeeded().Rows);
        (await shell.RunAsync($"assignment create {robot} migration-specialist --on {wave}")).Succeeded();
        (await shell.RunAsync($"wave delete {wave}")).Succeeded();
        (await shell.RunAsync($"assignment create {robot} migration-specialist --on {project}")).Succeeded();
        (await shell.RunAsync($"project delete {project}")).Succeeded();
        Assert.Contains("NOT_FOUND", (await shell.RunAsync($"project get {project}")).Ended(1).Error, StringComparison.Ordinal);
    });

    [Fact]
    public Task Makes_service_accounts_whose_keys_work_until_they_are_revoked() => shell.OnceAsync(async () =>
    {
        var account = await NewAccountAsync("Example Works");
        var portal = await shell.FieldAsync("name", $"service-account create --account {account} --name", "A portal");
        var made = (await shell.RunAsync($"service-account key create {portal} --end +90d --json")).Succeeded().Json;
        await File.WriteAllTextAsync(shell.PathTo("portal.key"), (string)made["secret"]!);
        var asPortal = $"whoami --api-key-file {shell.PathTo("portal.key")}";

        (await shell.RunAsSelfAsync(asPortal)).Succeeded();
        (await shell.RunAsync($"service-account disable {portal}")).Succeeded();
        (await shell.RunAsSelfAsync(asPortal)).Ended(1);
        (await shell.RunAsync($"service-account enable {portal}")).Succeeded();
        (await shell.RunAsSelfAsync(asPortal)).Succeeded();
        Assert.Equal("A portal", await shell.FieldAsync("display_name", $"service-account get {portal}"));
        Assert.Equal(portal, await shell.FieldAsync("name", $"service-account list --account {account}"));
        var key = await shell.FieldAsync("name", $"service-account key list {portal}");
        (await shell.RunAsync($"service-account key revoke {key}")).Succeeded();
        (await shell.RunAsSelfAsync(asPortal)).Ended(1);
        (await shell.RunAsync($"service-account delete {portal}")).Succeeded();
        Assert.Empty((await shell.RunAsync($"service-account list --account {account}")).Succeeded().Rows);
    });
}
