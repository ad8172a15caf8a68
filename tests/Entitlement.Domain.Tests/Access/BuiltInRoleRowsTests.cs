using Entitlement.Domain.Access;

namespace Entitlement.Domain.Tests.Access;

/// <summary>What the roles of the five models open and leave shut, by the rows that ask for it.</summary>
public class BuiltInRoleRowsTests
{
    private const string LicensingTools =
        "license.configure license.replace_hardware license.reconfigure account.update";

    private const string ReportingTools = "report.read_customers license.read_pack";

    [Theory]
    [InlineData("PTC-1", "supervisor", "access.manage user.read", LicensingTools + " " + ReportingTools)]
    [InlineData("PTC-2 PTC-4", "licensing", LicensingTools, ReportingTools + " access.manage")]
    [InlineData("PTC-3", "reporting", ReportingTools, LicensingTools + " access.manage")]
    [InlineData("PTC-5", "contact", "license.read care.read", LicensingTools + " " + ReportingTools)]
    [InlineData("PTC-9", "vendor-representative", "supervisor.appoint user.read", LicensingTools)]
    [InlineData("PTC-10", "supervisor", "user.read access.read", "supervisor.appoint")]
    [InlineData("MIL-1", "company-administrator", "user.create access.manage", "license.create")]
    [InlineData("MIL-2", "license-user", "license.read", "user.read access.read license.set_visibility account.update")]
    [InlineData("MIL-3", "license-admin", "license.read license.activate license.release", "access.manage user.create")]
    [InlineData("MIL-4 MIL-5 MIL-6", "license-user", "license.activate license.read care.remind", "license.release")]
    [InlineData("MIL-7", "license-admin", "license.set_visibility user.read", "access.manage")]
    [InlineData("HEX-2", "none", "", "account.read license.read")]
    [InlineData("HEX-3", "user", "account.read", "license.read license.activate care.read")]
    [InlineData("HEX-4 HEX-6", "administrator", "license.read user.read user.create access.manage", "license.create")]
    [InlineData("HEX-5", "administrator", "license.configure license.activate license.assign", "account.move")]
    [InlineData("REV-2 REV-3", "product-administrator", "product.delete_data product.block_clients product.update "
        + "user.read user.create user.update user.remove", "license.read account.read")]
    [InlineData("REV-3", "user-management-viewer", "user.read access.read", "user.create user.update access.manage")]
    [InlineData("REV-4", "product-reporting", "report.read", "report.read_by_program report.filter_keys")]
    [InlineData("REV-5", "campaign-manager", "campaign.read campaign.manage", "report.read")]
    [InlineData("REV-5", "campaign-viewer", "campaign.read", "campaign.manage")]
    [InlineData("REV-6", "developer", "product.update product.read_settings report.read", "product.delete_data")]
    [InlineData("REV-6", "developer-viewer", "product.read_settings", "product.update report.read")]
    [InlineData("REV-7", "registry-manager", "registry.read registry.manage", "report.filter_keys")]
    [InlineData("REV-7", "registry-viewer", "registry.read", "registry.manage")]
    [InlineData("REV-8", "key-filter", "report.filter_keys", "report.read campaign.read")]
    [InlineData("REV-9", "quota-viewer", "quota.read", "report.read")]
    [InlineData("REV-10", "billing-manager", "billing.read billing.manage", "quota.read")]
    [InlineData("REV-10", "billing-viewer", "billing.read", "billing.manage")]
    [InlineData("REV-11", "reporting-api", "report.read_by_program", "report.filter_keys")]
    [InlineData("PTM-1", "project-manager", "project.create project.plan project.migrate", "license.read")]
    [InlineData("PTM-1", "project-architect", "project.read project.plan", "project.create project.migrate")]
    [InlineData("PTM-1", "migration-specialist", "project.read project.migrate", "project.plan")]
    [InlineData("PTM-1 PTM-8", "dashboard-viewer", "project.read", "project.plan project.migrate license.read")]
    public void Opens_what_it_should_and_nothing_beside(string rows, string role, string opens, string leavesShut)
    {
        var held = RoleBook.BuiltIn.Roles[role].Permissions;

        Assert.All(Read(opens).ToList(), permission => Assert.True(held.Contains(permission), $"{rows}: {permission}"));
        Assert.All(
            Read(leavesShut).ToList(), permission => Assert.False(held.Contains(permission), $"{rows}: {permission}"));
    }

    [Theory]
    [InlineData("PTC-10", "supervisor", "contact licensing reporting")]
    [InlineData("PTC-9", "vendor-representative", "supervisor")]
    [InlineData("MIL-1", "company-administrator", "company-administrator contact license-admin license-user none user")]
    [InlineData("MIL-7", "license-admin", "license-user")]
    [InlineData("HEX-6", "administrator", "administrator license-user none user")]
    [InlineData("REV-3", "user-management-viewer", "")]
    [InlineData("PTM-9", "project-manager", "dashboard-viewer migration-specialist project-architect")]
    [InlineData("PTM-9", "project-architect", "")]
    public void Lets_its_holder_assign_these_and_no_others(string row, string role, string assigns)
    {
        var ids = BuiltInRoles.All.Where(one => RoleBook.BuiltIn.Roles[role].MayAssign(one.Id)).Select(one => one.Id);

        Assert.Equal(assigns, string.Join(' ', ids.Order(StringComparer.Ordinal)));
        Assert.NotEmpty(row);
    }

    [Fact]
    public void Only_a_product_administrator_manages_the_users_of_a_product()
    {
        var managers = BuiltInRoles.All.Where(role =>
            role.ScopeKinds.Contains(ScopeKind.Product) && role.Permissions.Contains(Permission.UserCreate));

        Assert.Equal(["product-administrator"], managers.Select(role => role.Id));
    }

    [Fact]
    public void Of_the_project_roles_people_of_an_organisation_can_hold_the_dashboard_viewer_alone()
    {
        var open = BuiltInRoles.All.Where(
            role => role.Permissions.Contains(Permission.ProjectRead) && !role.SystemUsersOnly);

        Assert.Equal(["dashboard-viewer"], open.Select(role => role.Id));
    }

    [Fact]
    public void The_one_legacy_role_names_what_takes_its_place()
    {
        var legacy = Assert.Single(BuiltInRoles.All, role => role.IsLegacy);

        Assert.True(legacy.Permissions.IsEmpty);
        Assert.False(RoleBook.BuiltIn.Roles[legacy.Successor!].IsLegacy);
    }

    private static PermissionSet Read(string names)
    {
        var set = PermissionSet.FromNames(names.Split(' ', StringSplitOptions.RemoveEmptyEntries), out var unknown);
        Assert.Empty(unknown);
        return set;
    }
}
