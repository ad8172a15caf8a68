using Entitlement.Domain.Access;
using static Entitlement.Domain.Access.AssignmentProblem;
using static Entitlement.Domain.Tests.Access.Tree;

namespace Entitlement.Domain.Tests.Access;

public class AssignmentRuleTests
{
    private static readonly AssignmentSubject OfCustomer =
        new(Colleague, PrincipalKind.User, IsOfSystem: false, [Customer]);

    [Theory]
    [InlineData("supervisor", "licensing", None)]
    [InlineData("supervisor", "supervisor", RoleNotAssignable)]
    [InlineData("supervisor", "administrator", RoleNotAssignable)]
    [InlineData("supervisor", "unheard-of", RoleNotAssignable)]
    [InlineData("supervisor", "system-administrator", SystemAdministratorsOnly)]
    [InlineData("vendor-representative", "supervisor", None)]
    [InlineData("vendor-representative", "licensing", RoleNotAssignable)]
    [InlineData("company-administrator", "license-admin", None)]
    [InlineData("company-administrator", "none", RoleIsLegacy)]
    [InlineData("license-admin", "license-user", PermissionMissing)]
    [InlineData("licensing", "contact", PermissionMissing)]
    [InlineData("administrator", "administrator", None)]
    [InlineData("project-manager", "migration-specialist", SystemUsersOnly)]
    [InlineData("project-manager", "dashboard-viewer", None)]
    public void Says_who_may_give_what(string actor, string role, AssignmentProblem expected)
    {
        var step = Step(new Tree().With(actor, Partner), AccessTarget.Account(Customer), role);

        var verdict = AssignmentRule.Assign(step, OfCustomer, until: null, Now);

        Assert.Equal((expected, role), (verdict.Problem, verdict.RoleId));
        Assert.Equal(expected == PermissionMissing ? Permission.AccessManage : null, verdict.Missing);
        Assert.Equal(new Scope(ScopeKind.Account, Customer), verdict.Scope);
    }

    [Theory]
    [InlineData("licensing", ScopeKindNotAllowed)]
    [InlineData("product-reporting", ScopeKindNotAllowed)]
    [InlineData("unheard-of", RoleUnknown)]
    [InlineData("license-user", None)]
    public void A_system_administrator_may_give_everything_that_can_be_held_there(
        string role, AssignmentProblem expected)
    {
        var step = Step(
            new Tree().With("system-administrator", Guid.Empty), AccessTarget.License(Customer, License), role);

        Assert.Equal(expected, AssignmentRule.Assign(step, OfCustomer, until: null, Now).Problem);
    }

    [Fact]
    public void Nobody_but_a_system_administrator_gives_anything_on_the_whole_system()
    {
        var role = new RoleDefinition(
            "order-desk", "", "", PermissionSet.Of(Permission.AccessManage), ["dashboard-viewer"], [ScopeKind.System]);
        var tree = new Tree { Roles = RoleBook.Create([role]) }.With("order-desk", Guid.Empty);
        var ofSystem = OfCustomer with { IsOfSystem = true };

        Assert.Equal(SystemAdministratorsOnly, AssignmentRule.Assign(
            Step(tree, AccessTarget.System, "dashboard-viewer"), ofSystem, until: null, Now).Problem);
        Assert.Equal(None, AssignmentRule.Assign(
            Step(tree, AccessTarget.Account(Customer), "dashboard-viewer"), OfCustomer, until: null, Now).Problem);
        tree.With("system-administrator", Guid.Empty);
        Assert.Equal(None, AssignmentRule.Assign(
            Step(tree, AccessTarget.System, "dashboard-viewer"), ofSystem, until: null, Now).Problem);
        Assert.Equal(SubjectElsewhere, AssignmentRule.Assign(
            Step(tree, AccessTarget.System, "dashboard-viewer"), OfCustomer, until: null, Now).Problem);
    }

    [Theory]
    [InlineData("customer", true)]
    [InlineData("partner", true)]
    [InlineData("vendor", true)]
    [InlineData("other customer", false)]
    [InlineData("other partner", false)]
    public void Only_who_belongs_to_the_account_or_above_can_hold_something_in_it(string of, bool may)
    {
        var account = of switch
        {
            "customer" => Customer,
            "partner" => Partner,
            "vendor" => Vendor,
            "other customer" => OtherCustomer,
            _ => OtherPartner,
        };
        var step = Step(
            new Tree().With("administrator", Vendor), AccessTarget.License(Customer, License), "license-user");

        var verdict = AssignmentRule.Assign(step, OfCustomer with { AccountIds = [account] }, until: null, Now);

        Assert.Equal(may ? None : SubjectElsewhere, verdict.Problem);
    }

    [Fact]
    public void What_a_group_gets_each_of_its_members_must_be_able_to_hold()
    {
        var team = new AssignmentSubject(Team, PrincipalKind.Group, IsOfSystem: false, [Partner])
        {
            Members = [OfCustomer with { AccountIds = [Partner] }, OfCustomer with { AccountIds = [OtherCustomer] }],
        };
        var step = Step(new Tree().With("administrator", Vendor), AccessTarget.Account(Customer), "user");

        Assert.Equal(SubjectElsewhere, AssignmentRule.Assign(step, team, until: null, Now).Problem);
        Assert.Equal(None, AssignmentRule.Assign(
            step, team with { Members = [team.Members[0]] }, until: null, Now).Problem);
    }

    [Fact]
    public void An_assignment_that_would_end_before_it_begins_is_refused()
    {
        var step = Step(new Tree().With("administrator", Partner), AccessTarget.Account(Customer), "user");

        Assert.Equal(EndsInThePast, AssignmentRule.Assign(step, OfCustomer, until: Now, Now).Problem);
        Assert.Equal(None, AssignmentRule.Assign(step, OfCustomer, until: Now.AddTicks(1), Now).Problem);
    }

    [Fact]
    public void Who_may_show_a_license_assigns_its_role_by_that_permission_and_no_other()
    {
        var tree = new Tree().With("license-admin", Partner);
        var target = AccessTarget.License(Customer, License);

        Assert.Equal(None, AssignmentRule.Assign(
            Step(tree, target, "license-user"), OfCustomer, null, Now, Permission.LicenseSetVisibility).Problem);
        Assert.Equal(RoleNotAssignable, AssignmentRule.Assign(
            Step(tree, target, "administrator"), OfCustomer, null, Now, Permission.LicenseSetVisibility).Problem);
    }

    [Fact]
    public void What_could_not_be_assigned_today_can_still_be_taken_away_by_who_could_assign_it()
    {
        var tree = new Tree().With("administrator", Partner);

        Assert.True(AssignmentRule.Unassign(Step(tree, AccessTarget.Account(Customer), "none"), Now).IsAllowed);
        Assert.Equal(RoleNotAssignable, AssignmentRule.Unassign(
            Step(tree, AccessTarget.Account(Customer), "supervisor"), Now).Problem);
        Assert.Equal(PermissionMissing, AssignmentRule.Unassign(
            Step(tree, AccessTarget.Account(Vendor), "none"), Now).Problem);
    }

    [Fact]
    public void Joining_a_group_is_refused_for_the_first_role_that_could_not_be_assigned()
    {
        var tree = new Tree().With("administrator", Partner);
        AssignmentStep[] held =
        [
            Step(tree, AccessTarget.Account(Customer), "user"),
            Step(tree, AccessTarget.Account(Customer), "supervisor"),
            Step(tree, AccessTarget.Account(Customer), "licensing"),
        ];

        Assert.Equal("supervisor", AssignmentRule.Join(held, OfCustomer, Now)!.RoleId);
        Assert.Equal("supervisor", AssignmentRule.Leave(held, Now)!.RoleId);
        Assert.Null(AssignmentRule.Join(held[..1], OfCustomer, Now));
        Assert.Null(AssignmentRule.Leave(held[..1], Now));
    }

    private static AssignmentStep Step(Tree tree, AccessTarget target, string role) =>
        new(tree.View(target.AccountId == Guid.Empty ? null : target.AccountId), target, role);
}
