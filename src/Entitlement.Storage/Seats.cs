using Entitlement.Domain.Licenses;
using Entitlement.Domain.Names;
using Microsoft.EntityFrameworkCore;

namespace Entitlement.Storage;

/// <summary>Takes and gives back seats by conditional updates, so that whatever races, none is sold twice.</summary>
public static class Seats
{
    /// <summary>
    /// Applies each line's <see cref="SeatLine.Requested"/>. Called as the last write before the commit, so that the
    /// rows are locked for as short as can be; all callers go through the lines in one order, so that none waits for
    /// another in a circle.
    /// </summary>
    /// <param name="db">In a transaction, which is to be rolled back when this returns false.</param>
    /// <param name="license">Whose seats.</param>
    /// <param name="termsRead">
    /// <see cref="License.Terms"/> that the caller decided on. They are proved even when no seat moves: a license
    /// revoked meanwhile must not issue a file.
    /// </param>
    /// <param name="lines">The machine line and feature lines; a missing one takes nothing.</param>
    /// <param name="cancellationToken">Stops before the next line.</param>
    /// <returns>
    /// False when the terms are others by now, or when a line has too little left: reload and decide anew.
    /// </returns>
    public static async Task<bool> TakeAsync(
        EntitlementDbContext db,
        LicenseName license,
        int termsRead,
        IReadOnlyCollection<SeatLine> lines,
        CancellationToken cancellationToken)
    {
        var machines = lines.Where(line => line.FeatureCode is null).Sum(line => line.Requested);
        if (!await TakeMachinesAsync(db, license, termsRead, machines, cancellationToken))
        {
            return false;
        }

        var features = lines.Where(line => line.FeatureCode is not null && line.Requested != 0)
            .OrderBy(line => line.FeatureCode, StringComparer.Ordinal);
        foreach (var line in features)
        {
            if (!await TakeFeatureAsync(db, license, line.FeatureCode!, line.Requested, cancellationToken))
            {
                return false;
            }
        }

        return true;
    }

    private static async Task<bool> TakeMachinesAsync(
        EntitlementDbContext db, LicenseName license, int termsRead, int count, CancellationToken cancellationToken)
    {
        var row = db.Licenses.Where(row =>
            row.AccountId == license.AccountId
            && row.Id == license.LicenseId
            && row.Terms == termsRead
            && row.MachinesHeld + count >= 0);
        if (count > 0)
        {
            row = row.Where(row => row.MachinesHeld + count <= row.MachineLimit);
        }

        return await row.ExecuteUpdateAsync(
            set => set.SetProperty(row => row.MachinesHeld, row => row.MachinesHeld + count), cancellationToken) == 1;
    }

    private static async Task<bool> TakeFeatureAsync(
        EntitlementDbContext db, LicenseName license, string code, int count, CancellationToken cancellationToken)
    {
        var row = db.FeatureLines.Where(row =>
            row.AccountId == license.AccountId
            && row.LicenseId == license.LicenseId
            && row.Code == code
            && row.Held + count >= 0);
        if (count > 0)
        {
            // Giving back is allowed above the limit too.
            row = row.Where(row => row.Held + count <= row.Quantity);
        }

        return await row.ExecuteUpdateAsync(
            set => set.SetProperty(row => row.Held, row => row.Held + count), cancellationToken) == 1;
    }
}
