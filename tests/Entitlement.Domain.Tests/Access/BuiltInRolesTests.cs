using Entitlement.Domain.Access;

namespace Entitlement.Domain.Tests.Access;

public class BuiltInRolesTests
{
    [Fact]
    public void Each_is_whole_and_has_an_id_of_its_own()
    {
        Assert.Equal(BuiltInRoles.All.Length, BuiltInRoles.All.Select(role => role.Id).Distinct().Count());
        Assert.All(BuiltInRoles.All, role =>
        {
            Assert.True(RoleBook.IsRoleId(role.Id), role.Id);
            Assert.NotEmpty(role.DisplayName);
            Assert.EndsWith(".", role.Description, StringComparison.Ordinal);
            Assert.NotEmpty(role.ScopeKinds);
            Assert.True(role.IsBuiltIn);
            Assert.Equal(role.Permissions.Closed(), role.Permissions);
            Assert.DoesNotContain(
                role.Assigns, id => id != RoleDefinition.AnyRole && RoleBook.BuiltIn.Find(id) is null);
        });
    }

    [Fact]
    public void Only_the_system_administrator_holds_everything_gives_everything_and_writes_roles()
    {
        var administrator = Assert.Single(BuiltInRoles.All, role => role.AdministersSystem);

        Assert.Equal(PermissionSet.All, administrator.Permissions);
        Assert.Equal(ScopeKind.System, Assert.Single(administrator.ScopeKinds));
        Assert.True(administrator.IsOfSystem);
        Assert.Equal([administrator], BuiltInRoles.All.Where(role => role.MayAssign(administrator.Id)));
        Assert.Equal([administrator], BuiltInRoles.All.Where(role => role.Permissions.Contains(Permission.RoleManage)));
    }

    [Fact]
    public void Whoever_may_assign_something_holds_what_assigning_needs()
    {
        Permission[] ways = [Permission.AccessManage, Permission.LicenseAssign, Permission.LicenseSetVisibility];

        Assert.All(
            BuiltInRoles.All.Where(role => !role.Assigns.IsEmpty),
            role => Assert.Contains(ways, role.Permissions.Contains));
    }

    [Fact]
    public void A_policy_never_opens_the_management_of_access_whatever_it_gives()
    {
        PermissionSet[] given =
        [
            RoleBook.PermissionsOf(AccountPolicy.GrantsOnly, everSupervised: false),
            RoleBook.PermissionsOf(AccountPolicy.OpenUntilSupervised, everSupervised: true),
            RoleBook.PermissionsOf(AccountPolicy.OpenUntilSupervised, everSupervised: false),
        ];

        Assert.Equal(PermissionSet.Empty, given[0]);
        Assert.Equal(RoleBook.BuiltIn.Roles["contact"].Permissions, given[1]);
        Assert.True(given[2].ContainsAll(RoleBook.BuiltIn.Roles["licensing"].Permissions));
        Assert.True(given[2].ContainsAll(RoleBook.BuiltIn.Roles["reporting"].Permissions));
        Assert.All(given, set => Assert.False(set.Contains(Permission.AccessManage)));
    }

    [Fact]
    public void A_role_made_here_never_takes_the_place_of_one_that_comes_with_the_service()
    {
        var own = new RoleDefinition("licensing", "Own", "Own.", PermissionSet.All, [], [ScopeKind.Account]);

        var book = RoleBook.Create([own, own with { Id = "order-desk" }]);

        Assert.Same(RoleBook.BuiltIn.Find("licensing"), book.Find("licensing"));
        Assert.Equal(PermissionSet.All, book.Find("order-desk")!.Permissions);
        Assert.Null(book.Find("unheard-of"));
    }

    [Theory]
    [InlineData("a", true)]
    [InlineData("order-desk-2", true)]
    [InlineData("", false)]
    [InlineData("2nd", false)]
    [InlineData("-a", false)]
    [InlineData("Order", false)]
    [InlineData("order_desk", false)]
    [InlineData("ördner", false)]
    [InlineData("a23456789a23456789a23456789a23456789a23456789a23456789a23456789a2", false)]
    public void An_id_is_a_slug(string id, bool isOne) => Assert.Equal(isOne, RoleBook.IsRoleId(id));
}
