using Entitlement.V1;
using static Entitlement.Conformance.Tests.Portal;
using static Entitlement.V1.Permission;

namespace Entitlement.Conformance.Tests;

public sealed class RevTests(Portal portal) : IClassFixture<Portal>
{
    /// <summary>Everything that can be done to a product and what belongs to it.</summary>
    private static readonly Permission[] OnProducts =
    [
        ProductRead, ProductUpdate, ProductReadSettings, ProductDeleteData, ProductBlockClients, ReportRead, ReportReadByProgram,
        ReportFilterKeys, CampaignRead, CampaignManage, RegistryRead, RegistryManage, QuotaRead, BillingRead, BillingManage,
    ];

    private int _products;

    [Fact]
    [Trait("proof", "tool")]
    public async Task REV_1_A_person_is_invited_to_one_product_with_a_chosen_set_of_permissions_that_can_be_edited()
    {
        var ((product, administrator), (other, _)) = (await NewProductAsync(), await NewProductAsync());
        var (email, known) = (portal.NewEmail(), await NewPersonAsync());

        // Whoever is new gets in by the message alone; whoever is known already is asked.
        await administrator.InviteAsync(product, email, "campaign-viewer", "quota-viewer");
        var asked = await administrator.InviteAsync(product, known.Email, "developer-viewer");
        var person = await portal.SignInByMailAsync(Assert.Single(await portal.MailsToAsync(email)), email);

        Assert.Equal([product], (await person.Products.ListProductsAsync(new ListProductsRequest())).Products.Select(one => one.Name));
        Assert.Equal([ProductRead, CampaignRead, QuotaRead], await person.WhichAsync(product, OnProducts));
        Assert.Empty(await person.WhichAsync(other, OnProducts));
        Assert.Equal("NOT_FOUND", await TryAsync(person.Products.GetProductAsync(new GetProductRequest { Name = other })));

        Assert.Empty(await known.WhichAsync(product, OnProducts));
        Assert.Contains(asked.Invitation.Name, (await portal.MailsToAsync(known.Email))[^1].Text, StringComparison.Ordinal);
        await known.Users.AcceptInvitationAsync(new AcceptInvitationRequest { Name = asked.Invitation.Name });
        Assert.Equal([ProductRead, ProductReadSettings], await known.WhichAsync(product, OnProducts));

        await administrator.SetAsync(person.Name, product, "quota-viewer", "billing-viewer");
        Assert.Equal([ProductRead, QuotaRead, BillingRead], await person.WhichAsync(product, OnProducts));
        Assert.Equal("NOT_FOUND", await TryAsync(administrator.GiveAsync(person.Name, other, "quota-viewer")));
        Assert.Equal("NOT_FOUND", await TryAsync(administrator.InviteAsync(other, portal.NewEmail(), "quota-viewer")));

        await administrator.SetAsync(person.Name, product);
        Assert.Empty((await person.Products.ListProductsAsync(new ListProductsRequest())).Products);
    }

    [Fact]
    [Trait("proof", "permission")]
    public async Task REV_2_A_product_administrator_may_do_everything_on_the_product()
    {
        var (product, administrator) = await NewProductAsync();
        var (other, _) = await NewProductAsync();

        Assert.Equal(OnProducts, await administrator.WhichAsync(product, OnProducts));
        Assert.Equal([UserCreate, UserUpdate, AccessManage], await administrator.WhichAsync(product, UserCreate, UserUpdate, AccessManage));
        Assert.Empty(await administrator.WhichAsync(other, OnProducts));
        Assert.Empty(await administrator.WhichAsync("", OnProducts));
    }

    [Fact]
    [Trait("proof", "tool")]
    public async Task REV_3_Only_product_administrators_change_users_and_the_read_only_form_shows_them()
    {
        var (product, administrator) = await NewProductAsync();
        var (viewer, person) = (await NewPersonAsync(), await NewPersonAsync());
        await administrator.GiveAsync(viewer.Name, product, "user-management-viewer");

        Assert.Equal("OK", await TryAsync(administrator.GiveAsync(person.Name, product, "developer")));
        var held = await viewer.Assignments.ListRoleAssignmentsAsync(new ListRoleAssignmentsRequest { Scope = product });
        Assert.Equal(
            [(administrator.Name, "roles/product-administrator"), (viewer.Name, "roles/user-management-viewer"), (person.Name, "roles/developer")],
            held.RoleAssignments.Select(one => (one.Principal, one.Role)));

        Assert.Equal("PERMISSION_DENIED", await TryAsync(viewer.GiveAsync(viewer.Name, product, "developer")));
        Assert.Equal("PERMISSION_DENIED", await TryAsync(viewer.SetAsync(person.Name, product)));
        Assert.Equal("PERMISSION_DENIED", await TryAsync(
            person.Assignments.ListRoleAssignmentsAsync(new ListRoleAssignmentsRequest { Scope = product })));
        foreach (var role in await EveryRoleOfProductsAsync())
        {
            var holder = await NewPersonAsync((role, product));
            Assert.Equal(
                (role, role == "product-administrator"),
                (role, await TryAsync(holder.GiveAsync(person.Name, product, "quota-viewer")) == "OK"));
        }
    }

    [Fact]
    [Trait("proof", "permission")]
    public Task REV_4_Reporting_is_all_reports_on_the_page() =>
        AllowsAsync("product-reporting", ProductRead, ReportRead);

    [Fact]
    [Trait("proof", "permission")]
    public async Task REV_5_Campaigns_are_managed_or_seen()
    {
        await AllowsAsync("campaign-manager", ProductRead, CampaignRead, CampaignManage);
        await AllowsAsync("campaign-viewer", ProductRead, CampaignRead);
    }

    [Fact]
    [Trait("proof", "permission")]
    public async Task REV_6_A_developer_configures_the_product_and_sees_all_reports_or_sees_the_settings_alone()
    {
        await AllowsAsync("developer", ProductRead, ProductUpdate, ProductReadSettings, ReportRead);
        await AllowsAsync("developer-viewer", ProductRead, ProductReadSettings);
    }

    [Fact]
    [Trait("proof", "permission")]
    public async Task REV_7_The_key_registry_is_managed_or_seen()
    {
        await AllowsAsync("registry-manager", ProductRead, RegistryRead, RegistryManage);
        await AllowsAsync("registry-viewer", ProductRead, RegistryRead);
    }

    [Fact]
    [Trait("proof", "permission")]
    public async Task REV_8_License_keys_are_shown_to_those_alone_who_may_filter_by_them()
    {
        await AllowsAsync("key-filter", ProductRead, ReportFilterKeys);
        var (product, _) = await NewProductAsync();
        var person = await NewPersonAsync(("product-reporting", product), ("campaign-manager", product), ("reporting-api", product));

        Assert.False(await person.MayAsync(ReportFilterKeys, product));
        await portal.Administrator.GiveAsync(person.Name, product, "key-filter");
        Assert.True(await person.MayAsync(ReportFilterKeys, product));
    }

    [Fact]
    [Trait("proof", "permission")]
    public Task REV_9_Quota_usage_is_seen() => AllowsAsync("quota-viewer", ProductRead, QuotaRead);

    [Fact]
    [Trait("proof", "permission")]
    public async Task REV_10_Billing_is_changed_or_seen()
    {
        await AllowsAsync("billing-manager", ProductRead, BillingRead, BillingManage);
        await AllowsAsync("billing-viewer", ProductRead, BillingRead);
    }

    [Fact]
    [Trait("proof", "permission")]
    public async Task REV_11_A_program_reads_reports_only_with_a_permission_of_its_own()
    {
        await AllowsAsync("reporting-api", ProductRead, ReportRead, ReportReadByProgram);
        var (product, _) = await NewProductAsync();
        var onPage = await NewPersonAsync(("product-reporting", product));

        Assert.True(await onPage.MayAsync(ReportRead, product));
        Assert.False(await onPage.MayAsync(ReportReadByProgram, product));
    }

    /// <summary>A role, given by a product's administrator, allows exactly this of all that can be done to the product.</summary>
    private async Task AllowsAsync(string role, params Permission[] permissions)
    {
        var (product, administrator) = await NewProductAsync();
        var person = await NewPersonAsync();
        await administrator.GiveAsync(person.Name, product, role);

        Assert.Equal(permissions, await person.WhichAsync(product, OnProducts));
        Assert.False(await person.MayAsync(AccessManage, product));
    }

    private async Task<IReadOnlyList<string>> EveryRoleOfProductsAsync() =>
        [.. (await portal.Administrator.Roles.ListRolesAsync(new ListRolesRequest())).Roles
            .Where(role => role.ScopeKinds.Contains(ScopeKind.Product))
            .Select(role => role.Name["roles/".Length..])];

    private async Task<(string Product, Person Administrator)> NewProductAsync()
    {
        var product = await portal.NewProductAsync($"product-{Interlocked.Increment(ref _products)}-{Guid.NewGuid():N}");
        return (product, await NewPersonAsync(("product-administrator", product)));
    }

    private async Task<Person> NewPersonAsync(params (string Role, string Scope)[] roles) =>
        await portal.NewPersonAsync(await portal.NewAccountAsync("Example Works"), roles);
}
