using Entitlement.Domain.Access;
using static Entitlement.Domain.Tests.Access.Tree;

namespace Entitlement.Domain.Tests.Access;

public class AccessViewTests
{
    private static readonly PrincipalSnapshot Member = new(Person, PrincipalKind.User) { AccountIds = [Customer] };

    [Fact]
    public void Nobody_may_do_anything_by_default()
    {
        var view = new Tree().View(Customer);

        Assert.All(
            PermissionNames.Grantable,
            permission => Assert.Equal(
                AccessSource.Nothing, view.Decide(permission, AccessTarget.Account(Customer), Now).Source));
    }

    public static TheoryData<string, bool> Scopes => new()
    {
        { "system", true }, { "vendor", true }, { "partner", true }, { "customer", true },
        { "other partner", false }, { "other customer", false }, { "license", false }, { "product", false },
    };

    [Theory]
    [MemberData(nameof(Scopes))]
    public void A_role_reaches_what_is_below_its_scope_and_no_sibling(string scope, bool reaches)
    {
        var on = scope switch
        {
            "system" => Guid.Empty,
            "vendor" => Vendor,
            "partner" => Partner,
            "customer" => Customer,
            "other partner" => OtherPartner,
            "other customer" => OtherCustomer,
            "license" => License,
            _ => Product,
        };
        var view = new Tree().With("license-user", on).View(Customer);

        Assert.Equal(
            reaches, view.Decide(Permission.LicenseRead, AccessTarget.Account(Customer), Now).IsAllowed);
        Assert.Equal(
            reaches || scope == "license",
            view.Decide(Permission.LicenseRead, AccessTarget.License(Customer, License), Now).IsAllowed);
    }

    [Theory]
    [InlineData("project", true, true, true)]
    [InlineData("wave", false, true, true)]
    [InlineData("batch", false, false, true)]
    public void Projects_waves_and_batches_inherit_downwards(string scope, bool project, bool wave, bool batch)
    {
        var on = scope switch { "project" => Project, "wave" => Wave, _ => Batch };
        var view = new Tree().With("dashboard-viewer", on).View(Customer);

        AccessTarget[] targets =
        [
            AccessTarget.Account(Customer),
            AccessTarget.Project(Customer, Project),
            AccessTarget.Wave(Customer, Project, Wave),
            AccessTarget.Batch(Customer, Project, Wave, Batch),
            AccessTarget.Batch(Customer, Project, Id(98), Id(99)),
        ];
        Assert.Equal(
            [false, project, wave, batch, project],
            targets.Select(target => view.Decide(Permission.ProjectRead, target, Now).IsAllowed));
    }

    [Fact]
    public void A_product_knows_nothing_of_accounts_nor_accounts_of_it()
    {
        var tree = new Tree().With("product-administrator", Product).With("administrator", Vendor);

        Assert.True(tree.View(null, product: Product)
            .Decide(Permission.ReportRead, AccessTarget.Product(Product), Now).IsAllowed);
        Assert.False(tree.View(Customer, product: Product)
            .Decide(Permission.LicenseRead, AccessTarget.Product(Product), Now).IsAllowed);
        Assert.False(tree.View(Customer, product: Product)
            .Decide(Permission.ReportRead, AccessTarget.Account(Customer), Now).IsAllowed);
        Assert.False(tree.View(null, product: Product)
            .Decide(Permission.ReportRead, AccessTarget.Product(Id(99)), Now).IsAllowed);
    }

    [Fact]
    public void A_group_gives_what_it_holds_to_those_who_are_in_it()
    {
        var tree = new Tree().With("licensing", Partner, Team);
        var target = AccessTarget.Account(Customer);

        var inside = tree.View(Customer, Member with { GroupIds = [Id(99), Team] });
        var outside = tree.View(Customer, Member with { GroupIds = [Id(99)] });

        Assert.Equal(Team, inside.Decide(Permission.LicenseActivate, target, Now).Grant.SubjectId);
        Assert.False(outside.Decide(Permission.LicenseActivate, target, Now).IsAllowed);
    }

    [Theory]
    [InlineData(-1, true)]
    [InlineData(0, false)]
    public void A_role_is_held_up_to_its_end_and_not_at_it(int ticks, bool held)
    {
        var view = new Tree().With("licensing", Customer, until: Now).View(Customer);

        Assert.Equal(held, view.Decide(
            Permission.LicenseActivate, AccessTarget.Account(Customer), Now.AddTicks(ticks)).IsAllowed);
    }

    [Fact]
    public void Who_is_switched_off_may_do_nothing_whatever_they_hold_not_even_to_themselves()
    {
        var view = new Tree { Policy = AccountPolicy.OpenUntilSupervised }
            .With("system-administrator", Guid.Empty)
            .View(Customer, Member with { IsEnabled = false });

        Assert.Equal(
            AccessSource.SwitchedOff, view.Decide(Permission.LicenseRead, AccessTarget.Account(Customer), Now).Source);
        Assert.False(view.Decide(Permission.UserRead, AccessTarget.Person(Person, Customer), Now).IsAllowed);
        Assert.True(view.PermissionsOn(AccessTarget.Account(Customer), Now).IsEmpty);
        Assert.Empty(view.AssignableOn(AccessTarget.System, Now));
        Assert.False(view.IsSystemAdministrator(Now));
    }

    [Fact]
    public void Everybody_may_see_and_correct_their_own_person_and_nobody_elses()
    {
        var view = new Tree().View(null);

        var own = view.PermissionsOn(AccessTarget.Person(Person, null), Now);

        Assert.Equal("user.read user.update access.read", own.ToString());
        Assert.Equal(
            AccessSource.OwnPerson, view.Decide(Permission.UserUpdate, AccessTarget.Person(Person, null), Now).Source);
        Assert.True(view.PermissionsOn(AccessTarget.Person(Colleague, null), Now).IsEmpty);
        Assert.True(new Tree().View(null, new PrincipalSnapshot(Person, PrincipalKind.ServiceAccount))
            .PermissionsOn(AccessTarget.Person(Person, null), Now).IsEmpty);
    }

    [Theory]
    [InlineData(AccountPolicy.GrantsOnly, false, false, false)]
    [InlineData(AccountPolicy.OpenUntilSupervised, false, true, true)]
    [InlineData(AccountPolicy.OpenUntilSupervised, true, true, false)]
    public void A_policy_gives_members_its_tools_and_never_those_of_others(
        AccountPolicy policy, bool everSupervised, bool contact, bool tools)
    {
        var tree = new Tree { Policy = policy, EverSupervised = everSupervised };
        Permission[] asked =
        [
            Permission.LicenseRead, Permission.LicenseConfigure, Permission.LicenseReadPack, Permission.AccessManage,
        ];

        bool[] Ask(PrincipalSnapshot principal, AccessTarget target) =>
        [
            .. asked.Select(permission => tree.View(Customer, principal).Decide(permission, target, Now).IsAllowed),
        ];

        Assert.Equal([contact, tools, tools, false], Ask(Member, AccessTarget.Account(Customer)));
        Assert.Equal([contact, tools, tools, false], Ask(Member, AccessTarget.License(Customer, License)));
        Assert.DoesNotContain(true, Ask(Member with { AccountIds = [Partner] }, AccessTarget.Account(Customer)));
        Assert.DoesNotContain(true, Ask(Member, AccessTarget.Account(Partner)));
        Assert.DoesNotContain(true, Ask(
            Member with { Kind = PrincipalKind.ServiceAccount }, AccessTarget.Account(Customer)));
    }

    [Fact]
    public void For_an_account_that_is_not_there_only_the_system_counts()
    {
        var tree = new Tree().With("licensing", Customer);

        Assert.False(tree.View(null).Decide(Permission.LicenseRead, AccessTarget.Account(Customer), Now).IsAllowed);
        Assert.True(tree.With("system-administrator", Guid.Empty)
            .View(null).Decide(Permission.LicenseRead, AccessTarget.License(Customer, License), Now).IsAllowed);
    }

    [Fact]
    public void A_role_that_nobody_knows_any_more_grants_nothing()
    {
        var view = new Tree().With("gone", Customer).View(Customer);

        Assert.True(view.PermissionsOn(AccessTarget.Account(Customer), Now).IsEmpty);
        Assert.Null(Assert.Single(view.RolesOn(AccessTarget.Account(Customer), Now)).Role);
    }

    [Fact]
    public void An_allowed_decision_allocates_nothing()
    {
        var view = new Tree()
            .With("licensing", Partner, Team)
            .View(Customer, Member with { GroupIds = [Id(98), Team] });
        var target = AccessTarget.License(Customer, License);
        Assert.True(view.Decide(Permission.LicenseActivate, target, Now).IsAllowed);

        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 1_000; i++)
        {
            _ = view.Decide(Permission.LicenseActivate, target, Now);
        }

        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 999);
    }
}
