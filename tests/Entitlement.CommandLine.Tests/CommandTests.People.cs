namespace Entitlement.CommandLine.Tests;

public sealed partial class CommandTests
{
    [Fact]
    public Task Opens_accounts_below_one_another_changes_and_moves_them() => shell.OnceAsync(async () =>
    {
        var vendor = await NewAccountAsync("Vendor of the story");
        var customer = await shell.FieldAsync(
            "name",
            $"account create --parent {vendor} --customer-number C-1001 --policy OpenUntilSupervised --country AT --name",
            "Example Works",
            "--address",
            "1 Main Street");

        Assert.Equal(customer, await shell.FieldAsync("name", $"account list --parent {vendor}"));
        Assert.Equal(customer, await shell.FieldAsync("name", "account list --customer-number C-1001"));
        var updated = (await shell.RunAsync($"account update {customer} --policy GrantsOnly --json --name", "Example Works Ltd")).Succeeded();
        Assert.Equal("Example Works Ltd", (string?)updated.Json["account"]!["displayName"]);
        (await shell.RunAsync($"account move {customer}")).Succeeded();
        var shown = (await shell.RunAsync($"account get {customer.Split('/')[1]} --json")).Succeeded().Json["account"]!;
        Assert.Equal("", (string?)shown["parent"]);
        Assert.Equal("ACCOUNT_POLICY_GRANTS_ONLY", (string?)shown["policy"]);
        Assert.Equal(("1 Main Street", "AT"), ((string?)shown["contact"]!["postalAddress"], (string?)shown["contact"]!["countryCode"]));
        Assert.Contains("NOT_FOUND", (await shell.RunAsync($"account move {customer} --parent accounts/{Guid.NewGuid()}")).Ended(1).Error, StringComparison.Ordinal);
    });

    [Fact]
    public Task Adds_changes_exports_removes_and_erases_people() => shell.OnceAsync(async () =>
    {
        var account = await NewAccountAsync("Example Works");
        var ann = await NewUserAsync(account, "ann@example.com");

        (await shell.RunAsync($"user update {ann} --phone 555-0100 --name", "Ann Lee-Berg")).Succeeded();
        var shown = (await shell.RunAsync($"user get {ann} --json")).Succeeded().Json["user"]!;
        Assert.Equal(("Ann Lee-Berg", "555-0100"), ((string?)shown["displayName"], (string?)shown["phoneNumber"]));
        Assert.Contains((await shell.RunAsync($"user list --account {account}")).Succeeded().Rows, row => row.Contains("Ann Lee-Berg"));
        Assert.Contains("ann@example.com", (await shell.RunAsync($"user export {ann}")).Succeeded().Output, StringComparison.Ordinal);
        (await shell.RunAsync($"user remove {account}/members/{ann.Split('/')[1]} --reason", "Works elsewhere.")).Succeeded();
        Assert.Empty((await shell.RunAsync($"user list --account {account}")).Succeeded().Rows);
        (await shell.RunAsync($"user erase {ann} --reason", "Asked for it.")).Succeeded();
        Assert.DoesNotContain("ann@example.com", (await shell.RunAsync($"user get {ann}")).Output, StringComparison.Ordinal);
        Assert.StartsWith("serviceAccounts/", await shell.FieldAsync("name", "whoami"), StringComparison.Ordinal);
    });

    [Fact]
    public Task Invites_who_is_known_already_and_answers_for_them() => shell.OnceAsync(async () =>
    {
        var (first, second) = (await NewAccountAsync("First"), await NewAccountAsync("Second"));
        var third = await NewAccountAsync("Third");
        var bob = await NewUserAsync(first, "bob@example.com");
        foreach (var account in new[] { second, third })
        {
            (await shell.RunAsync($"user create --account {account} --email bob@example.com --name", "Bob Ray")).Succeeded();
        }

        var invitations = (await shell.RunAsync($"user invitations list {bob} --field name")).Succeeded().Lines;
        Assert.Equal(2, invitations.Count);
        var (accepted, declined) = (invitations[0], invitations[1]);
        (await shell.RunAsync($"user invitations accept {accepted}")).Succeeded();
        (await shell.RunAsync($"user invitations decline {declined}")).Succeeded();

        Assert.Empty((await shell.RunAsync($"user invitations list {bob}")).Succeeded().Rows);
        var held = (await shell.RunAsync($"assignment of {bob} --json")).Succeeded().Json["accounts"]!.AsArray().Select(one => (string?)one);
        Assert.Equal(
            new[] { first, string.Join('/', accepted.Split('/')[..2]) }.Order(StringComparer.Ordinal), held.Order(StringComparer.Ordinal));
    });

    [Fact]
    public Task Invites_to_a_product_who_is_new_and_who_is_known() => shell.OnceAsync(async () =>
    {
        var (account, product) = (await NewAccountAsync("Example Works"), await NewProductAsync("story-invited"));
        var kate = await NewUserAsync(account, "kate@example.com");

        var leo = await shell.FieldAsync(
            "name", $"user invitations send {product} campaign-viewer --email leo@example.com --name", "Leo Ray");
        var invitation = await shell.FieldAsync(
            "name", $"user invitations send {product} campaign-viewer quota-viewer --email kate@example.com --name", "Kate Lee");

        Assert.Equal(leo, await shell.FieldAsync("principal", $"assignment list --on {product}"));
        Assert.Equal(invitation, await shell.FieldAsync("name", $"user invitations list {kate}"));
        (await shell.RunAsync($"user invitations accept {invitation}")).Succeeded();
        Assert.Equal(3, (await shell.RunAsync($"assignment list --on {product}")).Succeeded().Rows.Count);
    });

    [Fact]
    public Task Links_what_an_issuer_calls_a_person() => shell.OnceAsync(async () =>
    {
        var mia = await NewUserAsync(await NewAccountAsync("Example Works"), "mia@example.com");

        (await shell.RunAsync($"user identity link {mia} --subject mia-at-issuer")).Succeeded();
        var row = (await shell.RunAsync($"user identity list {mia}")).Succeeded().Rows.Single();
        Assert.Equal((Shell.Issuer, "mia-at-issuer"), (row[0], row[1]));
        Assert.Single((await shell.RunAsync($"user identity list {mia} --json")).Succeeded().Json["identities"]!.AsArray());
        (await shell.RunAsync($"user identity unlink {mia}")).Succeeded();
        Assert.Empty((await shell.RunAsync($"user identity list {mia}")).Succeeded().Rows);
    });

    [Fact]
    public Task Puts_people_into_groups_and_takes_them_out() => shell.OnceAsync(async () =>
    {
        var account = await NewAccountAsync("Example Works");
        var carl = await NewUserAsync(account, "carl@example.com");
        var group = await shell.FieldAsync("name", $"group create --account {account} --name", "Support");

        (await shell.RunAsync($"group add {group} {carl}")).Succeeded();
        Assert.Equal(carl, await shell.FieldAsync("member", $"group members {group}"));
        (await shell.RunAsync($"group rename {group} --name", "Second level")).Succeeded();
        Assert.Equal("Second level", await shell.FieldAsync("display_name", $"group get {group}"));
        (await shell.RunAsync($"group remove {group} {carl}")).Succeeded();
        Assert.Empty((await shell.RunAsync($"group members {group}")).Succeeded().Rows);
        Assert.Equal(group, await shell.FieldAsync("name", $"group list --account {account}"));
        (await shell.RunAsync($"group add {group} {carl}")).Succeeded();
        (await shell.RunAsync($"group delete {group}")).Succeeded();
        Assert.Empty((await shell.RunAsync($"group list --account {account}")).Succeeded().Rows);
    });

    [Fact]
    public Task Signs_in_with_an_initial_password_changes_it_and_signs_out() => shell.OnceAsync(async () =>
    {
        var account = await NewAccountAsync("Example Works");
        var dora = await NewUserAsync(account, "dora@example.com");
        var initial = (await shell.RunAsync($"password issue {dora}")).Succeeded().Output.Trim();

        (await shell.RunTypingAsync("sign-in dora@example.com", initial, "correct horse battery")).Succeeded();
        var self = (await shell.RunAsSelfAsync("whoami --json")).Succeeded().Output;
        (await shell.RunTypingAsync("password change", "correct horse battery", "another passphrase")).Succeeded();
        var session = (await shell.RunAsSelfAsync("sessions list --field name")).Succeeded().Lines.Single();
        (await shell.RunAsSelfAsync("sign-out")).Succeeded();

        Assert.Contains(dora, self, StringComparison.Ordinal);
        Assert.StartsWith($"{dora}/sessions/", session, StringComparison.Ordinal);
        Assert.Contains("UNAUTHENTICATED", (await shell.RunAsSelfAsync("whoami")).Ended(1).Error.ToUpperInvariant(), StringComparison.Ordinal);
        (await shell.RunTypingAsync("sign-in dora@example.com", "another passphrase")).Succeeded();
        var next = (await shell.RunAsync($"sessions list --user {dora} --field name")).Succeeded().Lines.Single();
        (await shell.RunAsync($"sessions revoke {next}")).Succeeded();
        Assert.Empty((await shell.RunAsync($"sessions list --user {dora}")).Succeeded().Rows);
        (await shell.RunAsSelfAsync("sign-out")).Succeeded();
    });

    [Fact]
    public Task Sets_a_password_by_a_link_and_has_one_sent() => shell.OnceAsync(async () =>
    {
        var link = await shell.MakeAdministratorAsync("root@example.com");

        (await shell.RunTypingAsync("password set", link, "correct horse battery")).Succeeded();
        Assert.Contains("PASSWORD_LINK_INVALID", (await shell.RunTypingAsync("password set", link, "another passphrase")).Ended(1).Error, StringComparison.Ordinal);
        (await shell.RunTypingAsync("sign-in root@example.com", "correct horse battery")).Succeeded();
        (await shell.RunAsSelfAsync("sign-out")).Succeeded();
        var reset = (await shell.RunAsSelfAsync("password reset nobody@example.com")).Succeeded();
        Assert.Contains("If somebody has this address", reset.Error, StringComparison.Ordinal);
    });
}
