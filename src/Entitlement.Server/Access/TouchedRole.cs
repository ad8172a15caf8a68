using Entitlement.Domain.Access;
using Entitlement.Server.Idempotency;
using Entitlement.Storage.Access;

namespace Entitlement.Server.Access;

/// <summary>What a role that is given or taken alters.</summary>
internal static class TouchedRole
{
    /// <summary>Says so of the thing that the role stands on, or on a part of it.</summary>
    public static void Touch(this Change change, RoleAssignment role)
    {
        var (thing, id) = role.TouchedThing();
        change.Touch(thing, id);
    }

    /// <summary>The thing that the role stands on, or on a part of it.</summary>
    public static (AccessThing Kind, Guid Id) TouchedThing(this RoleAssignment role) => role switch
    {
        { AccountId: { } account } => (AccessThing.Account, account),
        { ScopeKind: ScopeKind.Product } => (AccessThing.Product, role.ScopeId),
        _ => (AccessThing.System, Guid.Empty),
    };
}
