using System.Collections.Frozen;

namespace Entitlement.Domain.Access;

/// <summary>
/// What permissions are called where people and programs read them: <c>kind.action</c>, both in snake case, as in the
/// comments of the contract's enum. Roles are stored by these names.
/// </summary>
public static class PermissionNames
{
    private static readonly FrozenDictionary<string, Permission> ByName = Enum.GetValues<Permission>()
        .Where(permission => permission != Permission.None)
        .ToFrozenDictionary(ToName, StringComparer.Ordinal);

    /// <summary>All that a role can grant, in the contract's order.</summary>
    public static IReadOnlyList<Permission> Grantable { get; } =
        [.. Enum.GetValues<Permission>().Where(permission => permission != Permission.None)];

    public static bool TryParse(string name, out Permission permission) => ByName.TryGetValue(name, out permission);

    public static string ToName(this Permission permission) => permission switch
    {
        Permission.None => "none",
        Permission.ProductRead => "product.read",
        Permission.ProductCreate => "product.create",
        Permission.ProductUpdate => "product.update",
        Permission.ProductReadSettings => "product.read_settings",
        Permission.ProductDeleteData => "product.delete_data",
        Permission.ProductBlockClients => "product.block_clients",
        Permission.AccountRead => "account.read",
        Permission.AccountCreate => "account.create",
        Permission.AccountUpdate => "account.update",
        Permission.AccountMove => "account.move",
        Permission.AccountSetPolicy => "account.set_policy",
        Permission.LicenseRead => "license.read",
        Permission.LicenseReadCode => "license.read_code",
        Permission.LicenseCreate => "license.create",
        Permission.LicenseActivate => "license.activate",
        Permission.LicenseSuspend => "license.suspend",
        Permission.LicenseRevoke => "license.revoke",
        Permission.LicenseRelease => "license.release",
        Permission.LicenseUpdate => "license.update",
        Permission.LicenseTransfer => "license.transfer",
        Permission.LicenseExtendTrial => "license.extend_trial",
        Permission.LicenseConfigure => "license.configure",
        Permission.LicenseReconfigure => "license.reconfigure",
        Permission.LicenseAssign => "license.assign",
        Permission.LicenseSetVisibility => "license.set_visibility",
        Permission.LicenseReplaceHardware => "license.replace_hardware",
        Permission.LicenseReadPack => "license.read_pack",
        Permission.CareRead => "care.read",
        Permission.CareRemind => "care.remind",
        Permission.KeyRead => "key.read",
        Permission.KeyManage => "key.manage",
        Permission.AuditRead => "audit.read",
        Permission.MessageRead => "message.read",
        Permission.MessageManage => "message.manage",
        Permission.EstateImport => "estate.import",
        Permission.EstateExport => "estate.export",
        Permission.UserRead => "user.read",
        Permission.UserCreate => "user.create",
        Permission.UserUpdate => "user.update",
        Permission.UserRemove => "user.remove",
        Permission.UserErase => "user.erase",
        Permission.GroupRead => "group.read",
        Permission.GroupManage => "group.manage",
        Permission.ServiceAccountRead => "service_account.read",
        Permission.ServiceAccountManage => "service_account.manage",
        Permission.AccessRead => "access.read",
        Permission.AccessManage => "access.manage",
        Permission.RoleManage => "role.manage",
        Permission.SupervisorAppoint => "supervisor.appoint",
        Permission.ReportRead => "report.read",
        Permission.ReportReadCustomers => "report.read_customers",
        Permission.ReportReadByProgram => "report.read_by_program",
        Permission.ReportFilterKeys => "report.filter_keys",
        Permission.CampaignRead => "campaign.read",
        Permission.CampaignManage => "campaign.manage",
        Permission.RegistryRead => "registry.read",
        Permission.RegistryManage => "registry.manage",
        Permission.QuotaRead => "quota.read",
        Permission.BillingRead => "billing.read",
        Permission.BillingManage => "billing.manage",
        Permission.ProjectRead => "project.read",
        Permission.ProjectCreate => "project.create",
        Permission.ProjectPlan => "project.plan",
        Permission.ProjectMigrate => "project.migrate",
        Permission.ProjectDelete => "project.delete",
    };
}
