namespace Entitlement.Domain.Licenses;

/// <summary>Who may take seats of a license. Stored by number.</summary>
public enum ActivationMode
{
    /// <summary>Whoever holds a valid license request with its SLC.</summary>
    SelfService = 1,

    /// <summary>Only a principal with <c>license.activate</c> on it.</summary>
    PortalOnly = 2,

    /// <summary>A product's request takes effect when a principal with <c>license.activate</c> hands it in.</summary>
    Approval = 3,
}
