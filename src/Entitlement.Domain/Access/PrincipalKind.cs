namespace Entitlement.Domain.Access;

/// <summary>Who can hold a role. Stored by number.</summary>
public enum PrincipalKind
{
    /// <summary>A person.</summary>
    User = 1,

    /// <summary>A portal or a script.</summary>
    ServiceAccount = 2,

    /// <summary>Users and service accounts that hold the same roles; no principal itself, and never in another group.</summary>
    Group = 3,
}
