using Entitlement.Formats;
using Entitlement.Testing;
using Entitlement.V1;
using Google.Protobuf;
using static Entitlement.Conformance.Tests.Portal;

namespace Entitlement.Conformance.Tests;

public sealed class MilTests(Portal portal) : IClassFixture<Portal>
{
    [Fact]
    [Trait("proof", "tool")]
    public async Task MIL_1_A_companys_administrator_adds_users_of_a_type_with_credentials_of_their_own()
    {
        var (company, _) = await NewOrganisationAsync();
        var (foreign, _) = await NewOrganisationAsync();
        var administrator = await portal.NewPersonAsync(company, ("company-administrator", company));
        string[] types = ["license-user", "license-admin"];
        foreach (var type in types)
        {
            var email = portal.NewEmail();
            var added = await administrator.AddOneAsync(company, "Zoë O'Neill", email);
            await administrator.SetAsync(added, company, type);
            var person = await portal.SignInFirstAsync(administrator, added, email);

            var caller = (await person.Users.GetCallerAsync(new GetCallerRequest())).Caller;
            Assert.Equal((added, company), (caller.Name, caller.Accounts.Single().Account));
            var member = (await administrator.ListMembersAsync(company)).Single(one => one.User == added);
            Assert.Equal([$"roles/{type}"], member.Roles);
        }

        Assert.Equal("NOT_FOUND", await TryAsync(
            administrator.AddAsync(foreign, new User { DisplayName = "Ann Lee", Email = portal.NewEmail() })));
        Assert.Equal("ROLE_NOT_ASSIGNABLE", await TryAsync(
            administrator.GiveAsync(administrator.Name, company, "administrator")));
    }

    [Theory]
    [Trait("proof", "tool")]
    [InlineData(ActivationMode.SelfService, "OK")]
    [InlineData(ActivationMode.PortalOnly, "ACTIVATION_BY_PORTAL_ONLY")]
    [InlineData(ActivationMode.Approval, "AWAITING_APPROVAL")]
    public async Task MIL_2_A_license_user_works_only_with_the_licenses_that_were_granted(ActivationMode mode, string byProduct)
    {
        var (company, customer) = await NewOrganisationAsync();
        var admin = await portal.NewPersonAsync(company, ("license-admin", company));
        var user = await portal.NewPersonAsync(company);
        var (granted, hidden) = (await NewLicenseAsync(customer, mode), await NewLicenseAsync(customer, mode));
        await admin.AssignAsync(granted, user);
        using var product = new InstalledProduct();
        using var other = new InstalledProduct();
        using var alone = new InstalledProduct();

        Assert.Equal([granted.Name], await user.SeenLicensesAsync());
        Assert.Equal(granted.Slc, (await user.ReadAsync(granted)).License.Slc);
        Assert.Equal("OK", await TryAsync(user.ActivateAsync(product.Sign(product.Ask(granted.Slc)))));

        Assert.Equal("PERMISSION_DENIED", await TryAsync(user.ReadAsync(hidden)));
        Assert.Equal("PERMISSION_DENIED", await TryAsync(user.ActivateAsync(other.Sign(other.Ask(hidden.Slc)))));
        Assert.Equal(0, (await admin.ReadAsync(hidden)).License.MachinesHeld);

        // What the product may do on its own is the mode's; it takes nothing from what its user may.
        var file = alone.Sign(alone.Ask(granted.Slc));
        var products = new ActivationService.ActivationServiceClient(portal.Host.Anonymous);
        Assert.Equal(byProduct, await TryAsync(products.ActivateAsync(new ActivateRequest { LicenseRequest = file })));
        Assert.Equal("OK", await TryAsync(user.ActivateAsync(file)));
        Assert.Equal(2, (await user.ReadAsync(granted)).License.MachinesHeld);
    }

    [Fact]
    [Trait("proof", "tool")]
    public async Task MIL_3_A_license_admin_works_with_all_licenses_of_all_customers_of_the_organisation()
    {
        var (company, customer) = await NewOrganisationAsync();
        var second = await portal.NewAccountAsync("Second customer", company);
        var admin = await portal.NewPersonAsync(company, ("license-admin", company));
        var licenses = new List<License>();
        foreach (var account in new[] { company, customer, second })
        {
            licenses.Add(await portal.NewLicenseAsync(account));
        }

        var foreign = await portal.NewLicenseAsync((await NewOrganisationAsync()).Customer);

        Assert.Equal(licenses.Select(one => one.Name), await admin.SeenLicensesAsync());
        foreach (var license in licenses)
        {
            using var product = new InstalledProduct();
            var activation = (await admin.ActivateAsync(product.Sign(product.Ask(license.Slc)))).Activation.Name;
            Assert.Equal("OK", await TryAsync(admin.Activations.ReleaseActivationAsync(
                new ReleaseActivationRequest { Name = activation, Reason = "The disk is dead." })));
        }

        Assert.Equal("OK", await TryAsync(admin.ReadPackAsync(customer)));
        Assert.Equal("NOT_FOUND", await TryAsync(admin.ReadAsync(foreign)));
    }

    [Theory]
    [Trait("proof", "tool")]
    [InlineData(ActivationMode.SelfService)]
    [InlineData(ActivationMode.PortalOnly)]
    [InlineData(ActivationMode.Approval)]
    public async Task MIL_4_A_license_user_uploads_a_request_and_activates_a_customers_devices(ActivationMode mode)
    {
        var (company, customer) = await NewOrganisationAsync();
        var license = await NewLicenseAsync(customer, mode);
        var user = await portal.NewPersonAsync(company, ("license-user", license.Name));
        using var product = new InstalledProduct();
        var request = product.Sign(product.Ask(license.Slc) with { Devices = [new("cam-1", "camera"), new("cam-2", "camera")] });

        var preview = await user.Activations.PreviewLicenseRequestAsync(
            new PreviewLicenseRequestRequest { LicenseRequest = request });
        Assert.Equal(PreviewOutcome.NewActivation, preview.Outcome);
        var answer = await user.ActivateAsync(request);

        var claims = LicenseFile.Read(answer.LicenseFile.Span).Claims;
        Assert.Equal(answer.Activation.Name, claims.Subject);
        var kept = await user.Activations.GetActivationAsync(new GetActivationRequest { Name = answer.Activation.Name });
        Assert.Equal(["cam-1", "cam-2"], kept.Activation.Devices.Select(device => device.Id));
        Assert.Equal(2, (await user.ReadAsync(license)).License.Features.Single().Held);
    }

    [Fact]
    [Trait("proof", "tool")]
    public async Task MIL_5_A_license_user_downloads_the_license_file_and_gets_it_sent()
    {
        var (company, customer) = await NewOrganisationAsync();
        var license = await portal.NewLicenseAsync(customer);
        var user = await portal.NewPersonAsync(company, ("license-user", license.Name));
        using var product = new InstalledProduct();
        var request = product.Sign(product.Ask(license.Slc));

        var first = await user.ActivateAsync(request);
        var again = await user.ActivateAsync(request);
        var next = await user.ActivateAsync(product.Sign(product.Ask(license.Slc) with { Generation = 1 }));

        Assert.Equal((first.LicenseFile, true), (again.LicenseFile, again.RepeatedAnswer));
        var mails = (await portal.MailsToAsync(user.Email)).Where(mail => mail.Parts.Any(part => part.Type.Contains("jose", StringComparison.Ordinal)));
        Assert.Equal(
            [first.LicenseFile, next.LicenseFile],
            mails.Select(mail => ByteString.CopyFrom(mail.Part("application/jose").Content)));
        Assert.All(mails, mail => Assert.Contains(license.SlcEnding, mail.Text, StringComparison.Ordinal));
        using var alone = new InstalledProduct();
        await new ActivationService.ActivationServiceClient(portal.Host.Anonymous).ActivateAsync(
            new ActivateRequest { LicenseRequest = alone.Sign(alone.Ask(license.Slc)) });
        Assert.Equal(3, (await portal.MailsToAsync(user.Email)).Count);
    }

    [Fact]
    [Trait("proof", "permission")]
    public async Task MIL_6_A_license_user_sets_up_care_reminders_of_granted_licenses()
    {
        var (company, customer) = await NewOrganisationAsync();
        var (granted, hidden) = (await portal.NewLicenseAsync(customer), await portal.NewLicenseAsync(customer));
        var user = await portal.NewPersonAsync(company, ("license-user", granted.Name));

        Assert.True(await user.MayAsync(Permission.CareRemind, granted.Name));
        Assert.True(await user.MayAsync(Permission.CareRead, granted.Name));
        Assert.False(await user.MayAsync(Permission.CareRemind, hidden.Name));
        Assert.False(await user.MayAsync(Permission.CareRemind, customer));
    }

    [Fact]
    [Trait("proof", "tool")]
    public async Task MIL_7_A_license_admin_sees_who_sees_a_license_and_turns_it_on_and_off_for_each()
    {
        var (company, customer) = await NewOrganisationAsync();
        var license = await portal.NewLicenseAsync(customer);
        var admin = await portal.NewPersonAsync(company, ("license-admin", company));
        var (one, other) = (await portal.NewPersonAsync(company), await portal.NewPersonAsync(company));
        Assert.Equal([admin.Name], await ViewersAsync());

        await admin.ShowAsync(license, one, visible: true);
        Assert.Equal([admin.Name, one.Name], await ViewersAsync());
        Assert.Equal([license.Name], await one.SeenLicensesAsync());
        Assert.Equal("PERMISSION_DENIED", await TryAsync(other.ReadAsync(license)));

        await admin.ShowAsync(license, other, visible: true);
        await admin.ShowAsync(license, one, visible: false);
        Assert.Equal([admin.Name, other.Name], await ViewersAsync());
        Assert.Equal("PERMISSION_DENIED", await TryAsync(one.ReadAsync(license)));
        Assert.Equal("OK", await TryAsync(other.ReadAsync(license)));
        Assert.Equal("PERMISSION_DENIED", await TryAsync(other.ShowAsync(license, one, visible: true)));

        async Task<IEnumerable<string>> ViewersAsync() =>
            (await admin.Assignments.ListLicenseViewersAsync(new ListLicenseViewersRequest { Name = license.Name })).Viewers
            .Where(viewer => viewer.CanSee)
            .Select(viewer => viewer.User);
    }

    [Fact]
    [Trait("proof", "tool")]
    public async Task MIL_8_Access_is_to_all_licenses_of_all_customers_or_to_chosen_ones()
    {
        var (company, customer) = await NewOrganisationAsync();
        var second = await portal.NewAccountAsync("Second customer", company);
        var administrator = await portal.NewPersonAsync(company, ("company-administrator", company));
        var (all, chosen) = (await portal.NewPersonAsync(company), await portal.NewPersonAsync(company));
        var (one, other) = (await portal.NewLicenseAsync(customer), await portal.NewLicenseAsync(second));

        await administrator.GiveAsync(all.Name, company, "license-user");
        await administrator.AssignAsync(other, chosen);

        Assert.Equal([one.Name, other.Name], await all.SeenLicensesAsync());
        Assert.Equal([other.Name], await chosen.SeenLicensesAsync());
        var later = await portal.NewLicenseAsync(customer);
        Assert.Equal([one.Name, other.Name, later.Name], await all.SeenLicensesAsync());
        Assert.Equal([other.Name], await chosen.SeenLicensesAsync());
    }

    [Fact]
    [Trait("proof", "tool")]
    public async Task MIL_9_Who_may_not_administer_users_is_sent_to_the_companys_administrator()
    {
        var (company, _) = await NewOrganisationAsync();
        var administrator = await portal.NewPersonAsync(company, ("company-administrator", company));
        var user = await portal.NewPersonAsync(company, ("license-user", company));

        var wanted = new User { DisplayName = "Ann Lee", Email = portal.NewEmail() };
        Assert.Equal((company, administrator.Name), await SentToAsync(user.AddAsync(company, wanted)));
        Assert.Equal((company, administrator.Name), await SentToAsync(user.RemoveAsync(company, administrator.Name)));
        Assert.Equal((company, administrator.Name), await SentToAsync(user.GiveAsync(user.Name, company, "license-admin")));
        Assert.Equal(2, (await administrator.ListMembersAsync(company)).Count);
    }

    private Task<License> NewLicenseAsync(string account, ActivationMode mode) => portal.NewLicenseAsync(account, license =>
    {
        license.ActivationMode = mode;
        license.Features.Add(new FeatureLine { Code = "camera", Counts = FeatureCount.Device, Quantity = 4 });
    });

    /// <summary>A company, and a customer of it.</summary>
    private async Task<(string Company, string Customer)> NewOrganisationAsync()
    {
        var company = await portal.NewAccountAsync("Integrator");
        return (company, await portal.NewAccountAsync("Customer", company));
    }
}
