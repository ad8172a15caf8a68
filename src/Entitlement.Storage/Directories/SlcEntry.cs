using Entitlement.Domain.Licenses;
using Entitlement.Domain.Names;

namespace Entitlement.Storage.Directories;

/// <summary>
/// Leads from a software license code to its license. A directory over all accounts, in a table of its own, so that the
/// accounts behind it can be spread over several databases.
/// </summary>
public sealed class SlcEntry
{
    private SlcEntry()
    {
    }

    public Slc Slc { get; private init; }

    public Guid AccountId { get; private init; }

    public Guid LicenseId { get; private init; }

    public LicenseName License => new(AccountId, LicenseId);

    public static SlcEntry For(License license) => new()
    {
        Slc = license.Slc,
        AccountId = license.AccountId,
        LicenseId = license.Id,
    };
}
