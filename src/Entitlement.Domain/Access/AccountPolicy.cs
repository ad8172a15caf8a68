namespace Entitlement.Domain.Access;

/// <summary>
/// What the members of an account may do in it without any role assignment. It acts on that account alone, never below it, and
/// never opens the management of access. Stored by number.
/// </summary>
public enum AccountPolicy
{
    /// <summary>Nothing.</summary>
    GrantsOnly = 1,

    /// <summary>
    /// Every tool until the account is supervised for the first time; from then on for good only those that are open to every
    /// member.
    /// </summary>
    OpenUntilSupervised = 2,
}
