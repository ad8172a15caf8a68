using static Entitlement.Domain.Access.Permission;

namespace Entitlement.Domain.Access;

/// <summary>
/// Which permission is of no use without which others: nobody can change what they may not see. Roles are closed by
/// this when they are written, so that a decision never has to ask.
/// </summary>
public static class PermissionDependencies
{
    private static readonly PermissionSet[] Needs = Build();

    /// <summary>What it needs at once; what those need in turn is not in it.</summary>
    public static PermissionSet Of(Permission permission) => Needs[(int)permission];

    private static PermissionSet[] Build()
    {
        (PermissionSet Permissions, PermissionSet Needed)[] table =
        [
            (PermissionSet.Of(
                ProductCreate, ProductReadSettings, ProductDeleteData, ProductBlockClients),
                PermissionSet.Of(ProductRead)),
            (PermissionSet.Of(ProductUpdate), PermissionSet.Of(ProductReadSettings)),
            (PermissionSet.Of(
                AccountCreate, AccountUpdate, AccountMove, AccountSetPolicy),
                PermissionSet.Of(AccountRead)),
            (PermissionSet.Of(
                LicenseReadCode, LicenseCreate, LicenseActivate, LicenseSuspend,
                LicenseRevoke, LicenseRelease, LicenseUpdate, LicenseTransfer,
                LicenseExtendTrial,
                LicenseConfigure, LicenseReconfigure, LicenseReplaceHardware,
                LicenseReadPack),
                PermissionSet.Of(LicenseRead)),
            (PermissionSet.Of(LicenseAssign, LicenseSetVisibility),
                PermissionSet.Of(LicenseRead, UserRead)),
            (PermissionSet.Of(CareRemind), PermissionSet.Of(CareRead)),
            (PermissionSet.Of(KeyManage), PermissionSet.Of(KeyRead)),
            (PermissionSet.Of(MessageManage), PermissionSet.Of(MessageRead)),
            (PermissionSet.Of(
                UserCreate, UserUpdate, UserRemove, UserErase, SupervisorAppoint),
                PermissionSet.Of(UserRead)),
            (PermissionSet.Of(GroupManage), PermissionSet.Of(GroupRead)),
            (PermissionSet.Of(ServiceAccountManage), PermissionSet.Of(ServiceAccountRead)),
            (PermissionSet.Of(AccessManage, RoleManage), PermissionSet.Of(AccessRead)),
            (PermissionSet.Of(ReportReadByProgram), PermissionSet.Of(ReportRead)),
            (PermissionSet.Of(CampaignManage), PermissionSet.Of(CampaignRead)),
            (PermissionSet.Of(RegistryManage), PermissionSet.Of(RegistryRead)),
            (PermissionSet.Of(BillingManage), PermissionSet.Of(BillingRead)),
            (PermissionSet.Of(ProjectCreate, ProjectPlan, ProjectMigrate, ProjectDelete),
                PermissionSet.Of(ProjectRead)),
        ];
        var needs = new PermissionSet[128];
        foreach (var (permissions, needed) in table)
        {
            foreach (var permission in permissions.ToList())
            {
                needs[(int)permission] |= needed;
            }
        }

        return needs;
    }
}
