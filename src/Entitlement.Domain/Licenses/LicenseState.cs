namespace Entitlement.Domain.Licenses;

/// <summary>What a license is worth at one moment; the gravest that applies. Decided, never stored.</summary>
public enum LicenseState
{
    Active,
    Expired,
    Suspended,
    Revoked,
}
