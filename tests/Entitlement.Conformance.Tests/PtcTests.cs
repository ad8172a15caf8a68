using Entitlement.Testing;
using Entitlement.V1;
using Google.Protobuf.WellKnownTypes;
using static Entitlement.Conformance.Tests.Portal;

namespace Entitlement.Conformance.Tests;

public sealed class PtcTests(Portal portal) : IClassFixture<Portal>
{
    private const AccountPolicy Open = AccountPolicy.OpenUntilSupervised;

    [Fact]
    [Trait("proof", "tool")]
    public async Task PTC_1_A_supervisor_sets_levels_and_needs_one_to_use_the_tools()
    {
        var (account, _) = await SupervisedAsync();
        var (supervisor, contact) = (await portal.NewPersonAsync(account), await portal.NewPersonAsync(account));
        await portal.Administrator.AppointAsync(account, supervisor);
        foreach (var level in new[] { "supervisor", "licensing", "reporting" })
        {
            await supervisor.Roles.GetRoleAsync(new GetRoleRequest { Name = $"roles/{level}" });
        }

        var (first, second) = (await NewSoftwareAsync(account), await NewSoftwareAsync(account));
        Assert.Equal("PERMISSION_DENIED", await TryAsync(supervisor.ConfigureAsync(first)));
        Assert.Equal("PERMISSION_DENIED", await TryAsync(supervisor.ReadReportAsync(account)));
        Assert.Equal("PERMISSION_DENIED", await TryAsync(contact.GiveAsync(contact.Name, account, "licensing")));

        await supervisor.GiveAsync(contact.Name, account, "licensing");
        await supervisor.GiveAsync(supervisor.Name, account, "licensing", "reporting");

        Assert.Equal("OK", await TryAsync(contact.ConfigureAsync(first)));
        Assert.Equal("OK", await TryAsync(supervisor.ConfigureAsync(second)));
        Assert.Equal("OK", await TryAsync(supervisor.ReadReportAsync(account)));
    }

    [Fact]
    [Trait("proof", "permission")]
    public async Task PTC_2_Licensing_opens_configuring_reconfiguring_replacing_and_addresses()
    {
        var (account, supervisor) = await SupervisedAsync();
        var (licensing, contact) = (await portal.NewPersonAsync(account), await portal.NewPersonAsync(account));
        await supervisor.GiveAsync(licensing.Name, account, "licensing");
        var (bought, running) = (await NewSoftwareAsync(account), await portal.NewLicenseAsync(account));
        var address = new UpdateAccountRequest
        {
            Name = account,
            Account = new Account { Contact = new ContactDetails { PostalAddress = "Gasse 1", ContactName = "Zoë Müller" } },
            UpdateMask = new FieldMask { Paths = { "contact" } },
        };

        Assert.Equal("PERMISSION_DENIED", await TryAsync(contact.ConfigureAsync(bought)));
        Assert.Equal("PERMISSION_DENIED", await TryAsync(contact.ReconfigureAsync(running, machines: 2)));
        Assert.Equal("PERMISSION_DENIED", await TryAsync(contact.Accounts.UpdateAccountAsync(address)));
        Assert.False(await contact.MayAsync(Permission.LicenseReplaceHardware, running.Name));

        await licensing.ConfigureAsync(bought);
        Assert.Equal(2, (await licensing.ReconfigureAsync(running, machines: 2)).License.MachineLimit);
        Assert.Equal("Gasse 1", (await licensing.Accounts.UpdateAccountAsync(address)).Account.Contact.PostalAddress);
        Assert.True(await licensing.MayAsync(Permission.LicenseReplaceHardware, running.Name));
    }

    [Fact]
    [Trait("proof", "tool")]
    public async Task PTC_3_Reporting_opens_the_customer_detail_report_and_the_license_pack()
    {
        var (account, supervisor) = await SupervisedAsync();
        var (reporting, contact) = (await portal.NewPersonAsync(account), await portal.NewPersonAsync(account));
        await supervisor.GiveAsync(reporting.Name, account, "reporting");
        var license = await NewSoftwareAsync(account);

        Assert.Contains(license.Name, await reporting.ReadReportAsync(account), StringComparison.Ordinal);
        Assert.Equal("PK"u8.ToArray(), (await reporting.ReadPackAsync(account))[..2]);
        Assert.Equal("PERMISSION_DENIED", await TryAsync(reporting.ConfigureAsync(license)));
        Assert.Equal("PERMISSION_DENIED", await TryAsync(contact.ReadReportAsync(account)));
        Assert.Equal("PERMISSION_DENIED", await TryAsync(contact.ReadPackAsync(account)));
    }

    [Fact]
    [Trait("proof", "tool")]
    public async Task PTC_4_Licensing_alone_opens_neither_the_report_nor_the_pack()
    {
        var (account, supervisor) = await SupervisedAsync();
        var person = await portal.NewPersonAsync(account);
        await supervisor.GiveAsync(person.Name, account, "licensing");

        Assert.Equal("PERMISSION_DENIED", await TryAsync(person.ReadReportAsync(account)));
        Assert.Equal("PERMISSION_DENIED", await TryAsync(person.ReadPackAsync(account)));

        await supervisor.GiveAsync(person.Name, account, "reporting");

        Assert.Equal("OK", await TryAsync(person.ReadReportAsync(account)));
        Assert.Equal("OK", await TryAsync(person.ReadPackAsync(account)));
        Assert.Equal("OK", await TryAsync(person.ConfigureAsync(await NewSoftwareAsync(account))));
    }

    [Fact]
    [Trait("proof", "tool")]
    public async Task PTC_5_Other_tools_stay_open_to_every_contact_of_the_account()
    {
        var (account, _) = await SupervisedAsync();
        var (contact, stranger) = (await portal.NewPersonAsync(account), await portal.NewPersonAsync(await NewOpenAsync()));
        var license = await portal.NewLicenseAsync(account);

        Assert.Equal(account, (await contact.ReadAccountAsync(account)).Account.Name);
        Assert.Equal((license.Name, ""), ((await contact.ReadAsync(license)).License.Name, (await contact.ReadAsync(license)).License.Slc));
        Assert.Equal([license.Name], await contact.SeenLicensesAsync());
        Assert.True(await contact.MayAsync(Permission.CareRemind, license.Name));
        Assert.Equal("NOT_FOUND", await TryAsync(stranger.ReadAsync(license)));
    }

    [Fact]
    [Trait("proof", "tool")]
    public async Task PTC_6_Without_a_supervisor_every_contact_has_every_tool_and_nobody_the_management_of_access()
    {
        var account = await NewOpenAsync();
        var (one, other) = (await portal.NewPersonAsync(account), await portal.NewPersonAsync(account));
        foreach (var contact in new[] { one, other })
        {
            var license = await NewSoftwareAsync(account);
            Assert.Equal("OK", await TryAsync(contact.ConfigureAsync(license)));
            Assert.Equal("OK", await TryAsync(contact.ReconfigureAsync(license, machines: 2)));
            Assert.Equal("OK", await TryAsync(contact.ReadReportAsync(account)));
            Assert.Equal("OK", await TryAsync(contact.ReadPackAsync(account)));
        }

        Assert.Equal("PERMISSION_DENIED", await TryAsync(one.GiveAsync(other.Name, account, "licensing")));
        Assert.Equal("PERMISSION_DENIED", await TryAsync(one.AppointAsync(account, one)));
    }

    [Fact]
    [Trait("proof", "tool")]
    public async Task PTC_7_From_the_first_supervisor_on_only_the_supervisor_gives_and_takes()
    {
        var account = await NewOpenAsync();
        var (supervisor, before) = (await portal.NewPersonAsync(account), await portal.NewPersonAsync(account));
        await portal.Administrator.AppointAsync(account, supervisor);
        var after = await portal.NewPersonAsync(account);

        Assert.Equal("OK", await TryAsync(before.ReadReportAsync(account)));
        Assert.Equal("OK", await TryAsync(before.ConfigureAsync(await NewSoftwareAsync(account))));
        Assert.Equal("PERMISSION_DENIED", await TryAsync(after.ReadReportAsync(account)));

        await supervisor.SetAsync(before.Name, account);
        Assert.Equal("PERMISSION_DENIED", await TryAsync(before.ReadReportAsync(account)));

        await portal.Administrator.RemoveAsync(account, supervisor.Name);
        Assert.Equal("PERMISSION_DENIED", await TryAsync(before.ReadReportAsync(account)));
        Assert.Equal("PERMISSION_DENIED", await TryAsync(after.ReadReportAsync(account)));
    }

    [Fact]
    [Trait("proof", "tool")]
    public async Task PTC_8_A_refused_person_is_sent_to_the_supervisor_of_their_own_account()
    {
        var (account, supervisor) = await SupervisedAsync();
        await SupervisedAsync();
        var contact = await portal.NewPersonAsync(account);
        var license = await NewSoftwareAsync(account);

        Assert.Equal((account, supervisor.Name), await SentToAsync(contact.ConfigureAsync(license)));
        var refusal = await RefusedAsync(contact.ConfigureAsync(license));
        Assert.Equal(supervisor.Email, refusal.Info().Metadata["contact_email"]);
        Assert.Contains("Ann Lee", refusal.Status.Detail, StringComparison.Ordinal);
    }

    [Fact]
    [Trait("proof", "tool")]
    public async Task PTC_9_A_representative_appoints_supervisors_and_each_gets_a_message_to_begin_with()
    {
        var vendor = await portal.NewAccountAsync("Vendor");
        var customer = await portal.NewAccountAsync("Example Works", vendor, Open, "C-PTC-9");
        var representative = await portal.NewPersonAsync(vendor, ("vendor-representative", vendor));
        var (one, other) = (await portal.NewPersonAsync(customer), await portal.NewPersonAsync(customer));

        Assert.Equal((vendor, representative.Name), await SentToAsync(one.AppointAsync(customer, one)));
        Assert.Equal("OK", await TryAsync(representative.AppointAsync(customer, one, other)));

        Assert.Equal("OK", await TryAsync(one.GiveAsync(other.Name, customer, "licensing")));
        Assert.Equal("OK", await TryAsync(other.GiveAsync(one.Name, customer, "reporting")));
        foreach (var person in new[] { one, other })
        {
            var mail = (await portal.MailsToAsync(person.Email))[^1];
            Assert.All(
                ["Example Works", "C-PTC-9", LoginAddress],
                text => Assert.Contains(text, mail.Text, StringComparison.Ordinal));
        }
    }

    [Fact]
    [Trait("proof", "tool")]
    public async Task PTC_10_A_supervisor_lists_the_contacts_of_a_customer_number_and_sets_their_levels()
    {
        var (account, supervisor) = await SupervisedAsync("C-PTC-10");
        var contacts = new[] { await portal.NewPersonAsync(account), await portal.NewPersonAsync(account) };

        var found = await supervisor.Accounts.ListAccountsAsync(new ListAccountsRequest { CustomerNumber = "C-PTC-10" });
        Assert.Equal([account], found.Accounts.Select(one => one.Name));
        Assert.Equal(
            [supervisor.Name, .. contacts.Select(one => one.Name)],
            (await supervisor.ListMembersAsync(account)).Select(one => one.User));

        await supervisor.SetAsync(contacts[0].Name, account, "licensing");
        await supervisor.SetAsync(contacts[1].Name, account, "licensing", "reporting");
        Assert.Equal(
            ["roles/licensing", "roles/licensing roles/reporting"],
            (await supervisor.ListMembersAsync(account)).Skip(1).Select(one => string.Join(' ', one.Roles)));
    }

    [Fact]
    [Trait("proof", "tool")]
    public async Task PTC_11_A_contact_of_several_accounts_acts_in_the_one_that_a_call_names()
    {
        var (primary, second, foreign) = (await NewOpenAsync(), await NewOpenAsync(), await NewOpenAsync());
        var person = await portal.NewPersonAsync(primary);
        var invited = await portal.Administrator.AddAsync(second, new User { DisplayName = "Ann Lee", Email = person.Email });
        Assert.Equal("NOT_FOUND", await TryAsync(person.ReadAccountAsync(second)));
        await person.Users.AcceptInvitationAsync(
            new AcceptInvitationRequest { Name = invited.Results.Single().Invitation.Name });

        foreach (var (account, isPrimary) in new[] { (second, "false"), (primary, "true"), (second, "false") })
        {
            using var call = person.ReadAccountAsync(account);
            await call;
            var trailers = call.GetTrailers();
            Assert.Equal((account, isPrimary), (trailers.GetValue("acting-account"), trailers.GetValue("acting-account-primary")));
        }

        Assert.Equal("NOT_FOUND", await TryAsync(person.ReadAccountAsync(foreign)));
        var caller = (await person.Users.GetCallerAsync(new GetCallerRequest())).Caller;
        Assert.Equal(primary, caller.PrimaryAccount);
        Assert.Equal([primary, second], caller.Accounts.Select(one => one.Account));
    }

    private Task<string> NewOpenAsync(string number = "") => portal.NewAccountAsync("Example Works", "", Open, number);

    /// <summary>Software that was bought, and that somebody has to configure.</summary>
    private Task<License> NewSoftwareAsync(string account) =>
        portal.NewLicenseAsync(account, license => license.AwaitsConfiguration = true);

    /// <summary>An account with its supervisor.</summary>
    private async Task<(string Account, Person Supervisor)> SupervisedAsync(string number = "")
    {
        var account = await NewOpenAsync(number);
        var supervisor = await portal.NewPersonAsync(account);
        await portal.Administrator.AppointAsync(account, supervisor);
        return (account, supervisor);
    }
}
