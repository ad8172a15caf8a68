using Entitlement.Domain.Licenses;
using Entitlement.Domain.Names;
using Microsoft.EntityFrameworkCore;

namespace Entitlement.Storage.Queries;

/// <summary>How a license is found that has a name.</summary>
public static class LicenseQueries
{
    /// <summary>By its whole name: what a caller may do on one account must not reach another account's license.</summary>
    public static IQueryable<License> Named(this IQueryable<License> licenses, LicenseName name) =>
        licenses.Where(license => license.AccountId == name.AccountId && license.Id == name.LicenseId);

    /// <summary>Whether the account in a license's name holds it.</summary>
    public static Task<bool> IsHeldAsync(
        this EntitlementDbContext db, LicenseName license, CancellationToken cancellationToken) =>
        db.Licenses.Named(license).AnyAsync(cancellationToken);
}
