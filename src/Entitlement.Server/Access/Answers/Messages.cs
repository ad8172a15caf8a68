using Entitlement.Domain.Access;
using Entitlement.Domain.Errors;
using Entitlement.Storage.Access;
using AccessSource = Entitlement.Domain.Access.AccessSource;
using Permission = Entitlement.Domain.Access.Permission;

namespace Entitlement.Server.Access.Answers;

/// <summary>Between the contract's words for access and ours.</summary>
internal static class Messages
{
    /// <exception cref="EntitlementException">It is none that a role can grant.</exception>
    public static Permission ToDomain(this V1.Permission permission, string field)
    {
        // The domain has the contract's numbers; a test holds them alike.
        var known = (Permission)(int)permission;
        return PermissionSet.All.Contains(known)
            ? known
            : throw Refusal.InvalidArgument(field, "must be a permission that a role can grant");
    }

    public static V1.Permission ToMessage(this Permission permission) => (V1.Permission)(int)permission;

    public static V1.AccessSource ToMessage(this AccessSource source) => source switch
    {
        AccessSource.Nothing => V1.AccessSource.Nothing,
        AccessSource.SwitchedOff => V1.AccessSource.SwitchedOff,
        AccessSource.Assignment => V1.AccessSource.Assignment,
        AccessSource.Policy => V1.AccessSource.Policy,
        AccessSource.OwnPerson => V1.AccessSource.OwnPerson,
    };

    public static V1.AccessChangeKind ToMessage(this AccessThing thing) => thing switch
    {
        AccessThing.Principal => V1.AccessChangeKind.Principal,
        AccessThing.Account => V1.AccessChangeKind.Account,
        AccessThing.Product => V1.AccessChangeKind.Product,
        AccessThing.Roles => V1.AccessChangeKind.Roles,
        AccessThing.System => V1.AccessChangeKind.System,
    };
}
