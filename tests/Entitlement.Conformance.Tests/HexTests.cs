using System.IO.Compression;
using System.Security.Cryptography.X509Certificates;
using Entitlement.Client.Verification;
using Entitlement.Testing;
using Entitlement.V1;
using Google.Protobuf;
using Google.Rpc;
using static Entitlement.Conformance.Tests.Portal;

namespace Entitlement.Conformance.Tests;

public sealed class HexTests(Portal portal) : IClassFixture<Portal>
{
    [Fact]
    [Trait("proof", "tool")]
    public async Task HEX_1_There_are_the_roles_none_user_and_administrator()
    {
        var account = await portal.NewAccountAsync("Example Works");
        var administrator = await portal.NewPersonAsync(account, ("administrator", account));
        var person = await portal.NewPersonAsync(account);

        Assert.Equal("PERMISSION_DENIED", await TryAsync(person.ReadAccountAsync(account)));
        await administrator.SetAsync(person.Name, account, "user");
        Assert.Equal("OK", await TryAsync(person.ReadAccountAsync(account)));
        Assert.Equal("PERMISSION_DENIED", await TryAsync(person.Users.ListMembersAsync(new ListMembersRequest { Parent = account })));
        await administrator.SetAsync(person.Name, account, "administrator");
        Assert.Equal(2, (await person.ListMembersAsync(account)).Count);
        var roles = (await person.Roles.ListRolesAsync(new ListRolesRequest())).Roles;
        Assert.Empty(roles.Single(role => role.Name == "roles/none").Permissions);
    }

    [Fact]
    [Trait("proof", "tool")]
    public async Task HEX_2_None_reads_and_grants_nothing_and_gives_way_to_user()
    {
        var account = await portal.NewAccountAsync("Example Works");
        var administrator = await portal.NewPersonAsync(account, ("administrator", account));
        var person = await portal.NewPersonAsync(account);
        foreach (var by in new[] { administrator, portal.Administrator })
        {
            Assert.Equal("ROLE_NOT_ALLOWED", await TryAsync(by.GiveAsync(person.Name, account, "none")));
            Assert.Equal("ROLE_NOT_ALLOWED", await TryAsync(by.SetAsync(person.Name, account, "none")));
        }

        await FormerTimes.LeaveNoneAsync(portal.Host, person, account);

        var member = (await administrator.ListMembersAsync(account)).Single(one => one.User == person.Name);
        Assert.Equal(["roles/none"], member.Roles);
        var access = await administrator.Assignments.GetUserAccessAsync(new GetUserAccessRequest { Name = person.Name });
        Assert.Equal([("roles/none", account)], access.Held.Select(one => (one.RoleAssignment.Role, one.RoleAssignment.Scope)));
        Assert.Equal("PERMISSION_DENIED", await TryAsync(person.ReadAccountAsync(account)));
        var may = await person.Access.ListPermissionsAsync(new ListPermissionsRequest { Resource = account });
        Assert.Empty(may.Permissions);
        Assert.Equal("OK", await TryAsync(administrator.SetAsync(person.Name, account, "none")));
        var none = (await administrator.Roles.GetRoleAsync(new GetRoleRequest { Name = "roles/none" })).Role;
        Assert.Equal("roles/user", none.Successor);
        Assert.Equal("User", (await administrator.Roles.GetRoleAsync(new GetRoleRequest { Name = none.Successor })).Role.DisplayName);
        await administrator.SetAsync(person.Name, account, none.Successor["roles/".Length..]);
        Assert.Equal("OK", await TryAsync(person.ReadAccountAsync(account)));
        Assert.Equal("ROLE_NOT_ALLOWED", await TryAsync(administrator.SetAsync(person.Name, account, "none")));
    }

    [Fact]
    [Trait("proof", "tool")]
    public async Task HEX_3_A_user_sees_only_the_licenses_that_are_assigned_to_that_person()
    {
        var account = await portal.NewAccountAsync("Example Works");
        var administrator = await portal.NewPersonAsync(account, ("administrator", account));
        var (user, other) = (await portal.NewPersonAsync(account, ("user", account)), await portal.NewPersonAsync(account, ("user", account)));
        var (mine, theirs) = (await portal.NewLicenseAsync(account), await portal.NewLicenseAsync(account));
        Assert.Empty(await user.SeenLicensesAsync());

        await administrator.AssignAsync(mine, user);
        await administrator.AssignAsync(theirs, other);

        Assert.Equal([mine.Name], await user.SeenLicensesAsync());
        Assert.Equal("PERMISSION_DENIED", await TryAsync(user.ReadAsync(theirs)));
        Assert.Equal("PERMISSION_DENIED", await TryAsync(user.AssignAsync(mine, other)));
    }

    [Fact]
    [Trait("proof", "tool")]
    public async Task HEX_4_An_administrator_sees_every_license_of_the_account_and_manages_its_users()
    {
        var account = await portal.NewAccountAsync("Example Works");
        var administrator = await portal.NewPersonAsync(account, ("administrator", account));
        var licenses = new[] { await portal.NewLicenseAsync(account), await portal.NewLicenseAsync(account) };
        var foreign = await portal.NewLicenseAsync(await portal.NewAccountAsync("Other Works"));

        Assert.Equal(licenses.Select(one => one.Name), await administrator.SeenLicensesAsync());
        Assert.Equal("NOT_FOUND", await TryAsync(administrator.ReadAsync(foreign)));

        var added = await administrator.AddOneAsync(account, "Ann Lee", portal.NewEmail());
        await administrator.SetAsync(added, account, "user");
        Assert.Equal([administrator.Name, added], (await administrator.ListMembersAsync(account)).Select(one => one.User));
        await administrator.RemoveAsync(account, added);
        Assert.Equal([administrator.Name], (await administrator.ListMembersAsync(account)).Select(one => one.User));
    }

    [Fact]
    [Trait("proof", "tool")]
    public async Task HEX_5_An_administrator_defines_activates_deploys_and_assigns_licenses_here_and_for_customers()
    {
        var account = await portal.NewAccountAsync("Example Works");
        var customer = await portal.NewAccountAsync("Customer", account);
        var administrator = await portal.NewPersonAsync(account, ("administrator", account));
        foreach (var place in new[] { account, customer })
        {
            var person = await portal.NewPersonAsync(place);
            var license = await portal.NewLicenseAsync(place, ToBeDefined);
            using var product = new InstalledProduct();

            await DefineAsync(administrator, license);
            var slc = (await administrator.ReadAsync(license)).License.Slc;
            var activated = await administrator.ActivateAsync(product.Sign(product.Ask(slc)));
            await administrator.AssignAsync(license, person);

            Assert.StartsWith(license.Name, activated.Activation.Name, StringComparison.Ordinal);
            Assert.Equal([license.Name], await person.SeenLicensesAsync());
            await RequireDeployedAsync(administrator, place, activated, product);
        }
    }

    /// <summary>As it is sold: what it is, its organisation says.</summary>
    private static void ToBeDefined(License wanted)
    {
        (wanted.AwaitsConfiguration, wanted.Edition) = (true, "basic");
        wanted.Editions.Add("pro");
        wanted.Features.Add(new FeatureLine { Code = "export", Counts = FeatureCount.License, Quantity = 3 });
    }

    private static async Task DefineAsync(Person administrator, License license) =>
        await administrator.Licenses.ConfigureLicenseAsync(new ConfigureLicenseRequest
        {
            Name = license.Name,
            Configuration = new LicenseConfiguration
            {
                Edition = "pro",
                MachineLimit = 2,
                Features = { new FeatureChoice { Code = "export", Quantity = 2 } },
            },
        });

    /// <summary>
    /// That the file which was made is handed over in each way there is, and is one that the installation takes for its own, with
    /// what was defined in it.
    /// </summary>
    private async Task RequireDeployedAsync(
        Person administrator, string account, ActivateResponse activated, InstalledProduct product)
    {
        Assert.Contains(activated.LicenseFile, await FilesAsync(administrator, account));
        var mail = (await portal.MailsToAsync(administrator.Email))[^1];
        Assert.Equal(activated.LicenseFile, ByteString.CopyFrom(mail.Part("application/jose").Content));
        var root = Path.Combine(portal.Host.DataDirectory, "keys", "root.pem");
        var claims = LicenseVerifier.Verify(activated.LicenseFile.Span, new VerificationOptions
        {
            PinnedRoots = [X509CertificateLoader.LoadCertificateFromFile(root)],
            Product = InstalledProduct.Code,
            BuildDate = new DateOnly(2026, 1, 15),
            KeyThumbprint = product.PublicKey.Thumbprint,
            Components = product.Components,
            LastSeenGeneration = 0,
            RevokedKeys = null,
            RevokedActivations = null,
            Now = TimeProvider.System.GetUtcNow(),
            IsClockBelieved = true,
        }).Claims;
        Assert.Equal((activated.Activation.Name, "pro"), (claims?.Subject, claims?.Edition));
        Assert.Equal([("export", 2)], claims?.Features.Select(one => (one.Code, one.Quantity)));
    }

    [Fact]
    [Trait("proof", "tool")]
    public async Task HEX_6_A_partners_administrator_administers_the_users_of_the_partners_customers_and_of_nobody_else()
    {
        var vendor = await portal.NewAccountAsync("Vendor");
        var partner = await portal.NewAccountAsync("Partner", vendor);
        string[] customers = [await portal.NewAccountAsync("One", partner), await portal.NewAccountAsync("Two", partner)];
        var sibling = await portal.NewAccountAsync("Other partner", vendor);
        var theirs = await portal.NewAccountAsync("Customer of another", sibling);
        var administrator = await portal.NewPersonAsync(partner, ("administrator", partner));

        var listed = await administrator.Accounts.ListAccountsAsync(new ListAccountsRequest { Parent = partner });
        Assert.Equal(customers, listed.Accounts.Select(one => one.Name));
        foreach (var customer in customers)
        {
            var registered = await portal.NewPersonAsync(customer);
            var email = portal.NewEmail();
            var added = await administrator.AddOneAsync(customer, "Ann Lee", email);
            await administrator.SetAsync(added, customer, "user");

            Assert.Equal([registered.Name, added], (await administrator.ListMembersAsync(customer)).Select(one => one.User));
            var person = await portal.SignInFirstAsync(administrator, added, email);
            Assert.Equal("OK", await TryAsync(person.ReadAccountAsync(customer)));
        }

        foreach (var other in new[] { sibling, theirs })
        {
            Assert.Equal("NOT_FOUND", await TryAsync(administrator.ReadAccountAsync(other)));
            Assert.Equal("NOT_FOUND", await TryAsync(administrator.Users.ListMembersAsync(new ListMembersRequest { Parent = other })));
            Assert.Equal("NOT_FOUND", await TryAsync(
                administrator.AddAsync(other, new User { DisplayName = "Ann Lee", Email = portal.NewEmail() })));
            Assert.Equal("NOT_FOUND", await TryAsync(administrator.GiveAsync(administrator.Name, other, "user")));
        }
    }

    [Fact]
    [Trait("proof", "tool")]
    public async Task HEX_7_A_changed_role_takes_effect_for_every_call_after_the_answer()
    {
        var account = await portal.NewAccountAsync("Example Works");
        var administrator = await portal.NewPersonAsync(account, ("administrator", account));
        var person = await portal.NewPersonAsync(account);
        var license = await portal.NewLicenseAsync(account);
        for (var round = 0; round < 3; round++)
        {
            var given = (await administrator.SetAsync(person.Name, account, "administrator")).ConsistencyToken;
            Assert.True(await MayReadAsync(given));
            Assert.Equal("OK", await TryAsync(person.ReadAsync(license)));

            var taken = (await administrator.SetAsync(person.Name, account, "user")).ConsistencyToken;
            Assert.False(await MayReadAsync(taken));
            Assert.Equal("PERMISSION_DENIED", await TryAsync(person.ReadAsync(license)));
        }

        async Task<bool> MayReadAsync(string token) => (await person.Access.CheckPermissionAsync(new CheckPermissionRequest
        {
            Check = new PermissionCheck { Permission = Permission.LicenseRead, Resource = license.Name },
            Consistency = new Consistency { AtLeastAsFresh = token },
        })).Allowed;
    }

    [Fact]
    [Trait("proof", "tool")]
    public async Task HEX_8_People_are_added_several_at_a_time_and_begin_with_a_welcome_and_no_role()
    {
        var account = await portal.NewAccountAsync("Example Works", "", AccountPolicy.GrantsOnly, "C-HEX-8");
        var license = await portal.NewLicenseAsync(account);
        var administrator = await portal.NewPersonAsync(account, ("administrator", account));
        string[] emails = [portal.NewEmail(), portal.NewEmail()];

        var results = (await administrator.AddAsync(
            account,
            new User { DisplayName = "Ann Lee", Email = emails[0], PhoneNumber = "+43 1 5880" },
            new User { DisplayName = "Semi;colon", Email = portal.NewEmail() },
            new User { DisplayName = "Zoë Müller", Email = emails[1] })).Results;

        Assert.Equal(
            [CreateUserResult.OutcomeOneofCase.User, CreateUserResult.OutcomeOneofCase.Refusal, CreateUserResult.OutcomeOneofCase.User],
            results.Select(one => one.OutcomeCase));
        var wrong = results[1].Refusal.Details.Single(one => one.Is(ErrorInfo.Descriptor)).Unpack<ErrorInfo>();
        Assert.Equal("users[1].display_name", wrong.Metadata["field"]);
        var mails = new[] { (await portal.MailsToAsync(emails[0])).Single(), (await portal.MailsToAsync(emails[1])).Single() };
        Assert.All(mails, mail => Assert.All(
            [LoginAddress, PasswordAddress, "Example Works", "C-HEX-8"],
            text => Assert.Contains(text, mail.Text, StringComparison.Ordinal)));
        Assert.Contains("Zoë Müller", mails[1].Text, StringComparison.Ordinal);

        await administrator.Sessions.SetPasswordAsync(new SetPasswordRequest { Token = LinkIn(mails[0]), Password = Password });
        var person = await portal.SignInAsync(emails[0], Password);
        Assert.Equal(results[0].User.Name, person.Name);
        Assert.Empty(await person.SeenLicensesAsync());
        Assert.Equal("PERMISSION_DENIED", await TryAsync(person.ReadAsync(license)));
        await administrator.AssignAsync(license, person);
        Assert.Equal([license.Name], await person.SeenLicensesAsync());
    }

    [Fact]
    [Trait("proof", "tool")]
    public async Task HEX_9_A_person_of_a_partners_customer_is_sent_to_the_partners_administrator()
    {
        var vendor = await portal.NewAccountAsync("Vendor");
        var partner = await portal.NewAccountAsync("Partner", vendor);
        var customer = await portal.NewAccountAsync("Customer", partner);
        await portal.NewPersonAsync(vendor, ("administrator", vendor));
        var administrator = await portal.NewPersonAsync(partner, ("administrator", partner));
        var person = await portal.NewPersonAsync(customer);

        Assert.Equal((partner, administrator.Name), await SentToAsync(person.ReadAccountAsync(vendor)));
        Assert.Equal((partner, administrator.Name), await SentToAsync(person.ReadAccountAsync(customer)));
    }

    /// <summary>The license files in an account's pack.</summary>
    private static async Task<IEnumerable<ByteString>> FilesAsync(Person person, string account)
    {
        using var zip = new ZipArchive(new MemoryStream(await person.ReadPackAsync(account)));
        var files = new List<ByteString>();
        foreach (var entry in zip.Entries.Where(entry => entry.Name.EndsWith(".lic", StringComparison.Ordinal)))
        {
            await using var content = await entry.OpenAsync();
            files.Add(await ByteString.FromStreamAsync(content));
        }

        return files;
    }
}
