using Entitlement.Domain.Access;
using static Entitlement.Domain.Access.RoleEditProblem;
using static Entitlement.Domain.Tests.Access.Tree;

namespace Entitlement.Domain.Tests.Access;

public class RoleEditRuleTests
{
    private static readonly RoleDefinition Desk = new(
        "desk", "Desk", "", PermissionSet.Of(Permission.LicenseRead), ["contact"], [ScopeKind.Account]);

    /// <summary>Writes roles, holds the reading of licenses and accounts, and may assign desks and contacts.</summary>
    private static readonly RoleDefinition Editor = new(
        "editor",
        "Editor",
        "",
        PermissionSet.Of(Permission.RoleManage, Permission.LicenseRead, Permission.AccountRead).Closed(),
        ["desk", "contact"],
        [ScopeKind.System]);

    private static readonly PermissionSet Revoking = PermissionSet.Of(Permission.LicenseRevoke);

    public static TheoryData<string, RoleDefinition?, RoleDefinition?, RoleEditProblem> Edits => new()
    {
        { "makes one of what it holds", null, Desk, None },
        { "adds what it holds", Desk, Desk with { Permissions = PermissionSet.Of(Permission.AccountRead) }, None },
        { "takes away", Desk, Desk with { Permissions = PermissionSet.Empty, Assigns = [] }, None },
        { "deletes", Desk, null, None },
        { "adds what it lacks", Desk, Desk with { Permissions = Revoking }, PermissionNotHeld },
        { "lets assign what it can't", Desk, Desk with { Assigns = ["contact", "licensing"] }, AssignsNotAssignable },
        { "lets assign anything", Desk, Desk with { Assigns = ["*"] }, SystemAdministratorsOnly },
        { "makes one of the system", null, Desk with { ScopeKinds = [ScopeKind.System] }, SystemAdministratorsOnly },
        { "changes one of the system", Editor, Editor with { DisplayName = "Else" }, SystemAdministratorsOnly },
        { "changes one that it can't assign", Other(), Other() with { DisplayName = "Else" }, RoleNotAssignable },
        { "deletes one that it can't assign", Other(), null, RoleNotAssignable },
        { "changes a built-in one", RoleBook.BuiltIn.Roles["contact"], Desk, RoleIsBuiltIn },
        { "takes a built-in one's id", null, Desk with { Id = "contact" }, RoleIsBuiltIn },
        { "names it badly", null, Desk with { Id = "Desk" }, IdMalformed },
        { "lets nothing hold it", null, Desk with { ScopeKinds = [] }, NoScopeKinds },
        { "lists what is not", null, Desk with { Assigns = ["contact", "unheard-of"] }, AssignsUnknown },
    };

    [Theory]
    [MemberData(nameof(Edits))]
    public void Editing_a_role_is_assigning_what_it_says_to_all_who_hold_it(
        string what, RoleDefinition? before, RoleDefinition? after, RoleEditProblem expected)
    {
        var view = new Tree { Roles = RoleBook.Create([Desk, Editor, Other()]) }.With("editor", Guid.Empty).View(null);

        var verdict = RoleEditRule.Check(view, before, after, Now);

        Assert.True(expected == verdict.Problem, $"{what}: {verdict}");
    }

    [Fact]
    public void Says_which_permission_and_which_role_it_is_about()
    {
        var view = new Tree { Roles = RoleBook.Create([Desk, Editor]) }.With("editor", Guid.Empty).View(null);
        var wanted = Desk with { Permissions = Desk.Permissions | Revoking };

        Assert.Equal(Permission.LicenseRevoke, RoleEditRule.Check(view, Desk, wanted, Now).Permission);
        Assert.Equal("licensing", RoleEditRule.Check(view, Desk, Desk with { Assigns = ["licensing"] }, Now).RoleId);
    }

    [Fact]
    public void A_system_administrator_writes_any_role_but_the_built_in_ones()
    {
        var view = new Tree().With("system-administrator", Guid.Empty).View(null);
        var role = Desk with { ScopeKinds = [ScopeKind.System], Assigns = ["*"], Permissions = PermissionSet.All };

        Assert.True(RoleEditRule.Check(view, null, role, Now).IsAllowed);
        Assert.Equal(RoleIsBuiltIn, RoleEditRule.Check(view, RoleBook.BuiltIn.Roles["none"], null, Now).Problem);
    }

    [Fact]
    public void Whoever_may_not_write_roles_writes_none()
    {
        var view = new Tree().With("administrator", Vendor).View(Vendor);

        var verdict = RoleEditRule.Check(view, null, Desk, Now);

        Assert.Equal((PermissionMissing, Permission.RoleManage), (verdict.Problem, verdict.Permission));
    }

    private static RoleDefinition Other() => Desk with { Id = "other" };
}
