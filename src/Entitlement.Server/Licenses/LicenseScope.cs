using Entitlement.Domain.Errors;
using Entitlement.Domain.Names;
using Entitlement.Storage;
using Entitlement.Storage.Queries;
using Microsoft.EntityFrameworkCore;

namespace Entitlement.Server.Licenses;

/// <summary>The licenses whose things a list shows: one, all of an account, or all.</summary>
/// <param name="Account">Null for all accounts.</param>
/// <param name="License">Null for all licenses.</param>
internal sealed record LicenseScope(Guid? Account, Guid? License)
{
    private const string AllLicenses = "/licenses/-";

    /// <param name="db">Where they are.</param>
    /// <param name="parent">
    /// The request's <c>parent</c>: the name of a license, <c>accounts/{account}/licenses/-</c> or
    /// <c>accounts/-/licenses/-</c>.
    /// </param>
    /// <param name="cancellationToken">Ends the look-up.</param>
    /// <exception cref="EntitlementException">
    /// <see cref="FailureReason.InvalidArgument"/>, or <see cref="FailureReason.NotFound"/>: there is no such license
    /// or account.
    /// </exception>
    public static async Task<LicenseScope> FindAsync(
        EntitlementDbContext db, string parent, CancellationToken cancellationToken)
    {
        if (parent == $"accounts/-{AllLicenses}")
        {
            return new LicenseScope(Account: null, License: null);
        }

        if (parent.EndsWith(AllLicenses, StringComparison.Ordinal))
        {
            var account = AccountName.Parse(parent[..^AllLicenses.Length], "parent");
            return await db.Accounts.AnyAsync(row => row.Id == account.AccountId, cancellationToken)
                ? new LicenseScope(account.AccountId, License: null)
                : throw Refusal.NotFound($"{account}");
        }

        var license = LicenseName.Parse(parent, "parent");
        return await db.IsHeldAsync(license, cancellationToken)
            ? new LicenseScope(license.AccountId, license.LicenseId)
            : throw Refusal.NotFound(parent);
    }
}
