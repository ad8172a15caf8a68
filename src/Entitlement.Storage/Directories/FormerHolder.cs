using Entitlement.Domain.Names;

namespace Entitlement.Storage.Directories;

/// <summary>
/// Leads from an account that held a license once to the one that holds it now: the license files of its machines name
/// the former one until they are renewed.
/// </summary>
public sealed class FormerHolder
{
    private FormerHolder()
    {
    }

    /// <summary>The account that held the license.</summary>
    public Guid FormerAccountId { get; private init; }

    public Guid LicenseId { get; private init; }

    /// <summary>The account that holds it now.</summary>
    public Guid AccountId { get; private init; }

    public static FormerHolder Of(LicenseName former, AccountName now) => new()
    {
        FormerAccountId = former.AccountId,
        LicenseId = former.LicenseId,
        AccountId = now.AccountId,
    };
}
