using Entitlement.Domain.Access;
using static Entitlement.Domain.Tests.Access.Tree;

namespace Entitlement.Domain.Tests.Access;

public class ExplanationTests
{
    private static readonly AccessTarget OnLicense = AccessTarget.License(Customer, License);

    [Fact]
    public void Names_every_assignment_that_gives_it_with_the_group_and_the_ancestor_the_nearest_first()
    {
        var view = new Tree()
            .With("license-admin", Vendor, Team)
            .With("license-user", License)
            .With("reporting", Customer)
            .View(Customer, new PrincipalSnapshot(Person, PrincipalKind.User) { GroupIds = [Team] });

        var told = view.Explain(Permission.LicenseActivate, OnLicense, Now);

        Assert.True(told.Decision.IsAllowed);
        Assert.Equal(
            [
                ("license-user", new Scope(ScopeKind.License, License), null, false),
                ("license-admin", new Scope(ScopeKind.Account, Vendor), (Guid?)Team, true),
            ],
            told.Giving.Select(one => (one.Grant.RoleId, one.Scope, one.GroupId, one.IsInherited)));
        Assert.Equal(told.Giving[0].Grant, told.Decision.Grant);
        Assert.Empty(told.Ended);
        Assert.Empty(told.Sufficient);
    }

    [Fact]
    public void Tells_what_ended_and_what_would_be_enough_where_nothing_gives_it()
    {
        var told = new Tree().With("licensing", Partner, until: Now).View(Customer)
            .Explain(Permission.LicenseActivate, OnLicense, Now);

        Assert.False(told.Decision.IsAllowed);
        Assert.Empty(told.Giving);
        Assert.Equal("licensing", Assert.Single(told.Ended).Grant.RoleId);
        Assert.Equal(["license-user"], told.Sufficient.Select(role => role.Id));
    }

    [Fact]
    public void Never_advises_a_role_that_can_not_be_assigned_there_any_more()
    {
        var told = new Tree().View(Customer).Explain(Permission.AccountRead, AccessTarget.Account(Customer), Now);

        Assert.Equal("user", told.Sufficient[0].Id);
        Assert.DoesNotContain(told.Sufficient, role => role.IsLegacy || !role.ScopeKinds.Contains(ScopeKind.Account));
    }

    [Fact]
    public void Names_the_policy()
    {
        var view = new Tree { Policy = AccountPolicy.OpenUntilSupervised }
            .View(Customer, new PrincipalSnapshot(Person, PrincipalKind.User) { AccountIds = [Customer] });

        Assert.Equal(
            AccountPolicy.OpenUntilSupervised, view.Explain(Permission.LicenseActivate, OnLicense, Now).Policy);
        Assert.Null(view.Explain(Permission.LicenseSuspend, OnLicense, Now).Policy);
    }
}
