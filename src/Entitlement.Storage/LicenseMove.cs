using Entitlement.Domain.Licenses;
using Entitlement.Domain.Names;
using Entitlement.Storage.Directories;
using Entitlement.Storage.Queries;
using Microsoft.EntityFrameworkCore;

namespace Entitlement.Storage;

/// <summary>
/// Moves a license with all its rows to another account. The account is the first part of their keys, so each of them is
/// written anew, in one transaction: it takes as long as the license has machines, devices and files.
/// </summary>
public static class LicenseMove
{
    /// <param name="db">In a transaction.</param>
    /// <param name="license">The license as it was read, not tracked.</param>
    /// <param name="to">An account that exists.</param>
    /// <param name="cancellationToken">Stops before the next statement.</param>
    /// <exception cref="StaleReadException">The license is no longer what was read.</exception>
    public static async Task MoveLicenseAsync(
        this EntitlementDbContext db, License license, AccountName to, CancellationToken cancellationToken)
    {
        var from = license.Name;

        // Activations before the license, which is the order in which everybody else locks them.
        await db.MoveActivationsAsync(from, to, cancellationToken);
        if (!await Seats.TakeAsync(db, from, license.Terms, [], cancellationToken))
        {
            throw new StaleReadException("The license is no longer what was read.");
        }

        // Seats are taken without a change of the terms, so that only now their number stands still.
        var locked = await db.Licenses.AsNoTracking().Named(from).SingleAsync(cancellationToken);
        db.Licenses.Add(locked.MoveTo(to));
        await db.SaveChangesAsync(cancellationToken);

        // Once more, for those that were made until the license was locked.
        await db.MoveActivationsAsync(from, to, cancellationToken);
        await db.MoveLicenseRowsAsync(from, to, cancellationToken);
        await db.MoveActivationRowsAsync(from, to, cancellationToken);
        await db.MoveDirectoriesAsync(license, to, cancellationToken);
        await db.Licenses.Named(from).ExecuteDeleteAsync(cancellationToken);
    }

    /// <summary>What a license is called now that had a name once.</summary>
    /// <returns>The name itself when it is none of a former holder.</returns>
    public static async Task<LicenseName> FindCurrentNameAsync(
        this EntitlementDbContext db, LicenseName told, CancellationToken cancellationToken)
    {
        var holder = await db.FormerHolders.AsNoTracking().SingleOrDefaultAsync(
            row => row.FormerAccountId == told.AccountId && row.LicenseId == told.LicenseId, cancellationToken);
        return holder is null ? told : told with { AccountId = holder.AccountId };
    }

    /// <summary>
    /// The activation that a product means: by the name in its license file, which may be of a former holder. Tracked as the
    /// context tracks.
    /// </summary>
    /// <param name="db">Where to look.</param>
    /// <param name="told">The name that it tells.</param>
    /// <param name="thumbprint">Of the instance key with which it proved itself.</param>
    /// <param name="cancellationToken">Ends the look-up.</param>
    /// <returns>Null when the key has no such activation.</returns>
    public static async Task<Domain.Activations.Activation?> FindActivationOfKeyAsync(
        this EntitlementDbContext db, ActivationName told, byte[] thumbprint, CancellationToken cancellationToken)
    {
        var activation = await db.FindActivationAsync(told, cancellationToken);
        if (activation is null)
        {
            var license = await db.FindCurrentNameAsync(told.License, cancellationToken);
            activation = await db.FindActivationAsync(told with { AccountId = license.AccountId }, cancellationToken);
        }

        return activation?.Thumbprint.AsSpan().SequenceEqual(thumbprint) == true ? activation : null;
    }

    private static Task<int> MoveActivationsAsync(
        this EntitlementDbContext db, LicenseName from, AccountName to, CancellationToken cancellationToken) =>
        db.Activations
            .Where(row => row.AccountId == from.AccountId && row.LicenseId == from.LicenseId)
            .ExecuteUpdateAsync(set => set.SetProperty(row => row.AccountId, to.AccountId), cancellationToken);

    /// <summary>Those that name the license.</summary>
    private static async Task MoveLicenseRowsAsync(
        this EntitlementDbContext db, LicenseName from, AccountName to, CancellationToken cancellationToken)
    {
        await db.FeatureLines
            .Where(row => row.AccountId == from.AccountId && row.LicenseId == from.LicenseId)
            .ExecuteUpdateAsync(set => set.SetProperty(row => row.AccountId, to.AccountId), cancellationToken);
        await db.Leases
            .Where(row => row.AccountId == from.AccountId && row.LicenseId == from.LicenseId)
            .ExecuteUpdateAsync(set => set.SetProperty(row => row.AccountId, to.AccountId), cancellationToken);
        await db.SeatReleases
            .Where(row => row.AccountId == from.AccountId && row.LicenseId == from.LicenseId)
            .ExecuteUpdateAsync(set => set.SetProperty(row => row.AccountId, to.AccountId), cancellationToken);
        await db.ParkedRequests
            .Where(row => row.AccountId == from.AccountId && row.LicenseId == from.LicenseId)
            .ExecuteUpdateAsync(set => set.SetProperty(row => row.AccountId, to.AccountId), cancellationToken);

        // Its key is not by account, so that only its revision stops whoever changes it under its old name.
        await db.Trials
            .Where(row => row.AccountId == from.AccountId && row.LicenseId == from.LicenseId)
            .ExecuteUpdateAsync(
                set => set.SetProperty(row => row.AccountId, to.AccountId)
                    .SetProperty(row => row.Revision, row => row.Revision + 1),
                cancellationToken);
    }

    /// <summary>Those that name one of its activations, which have moved already.</summary>
    private static async Task MoveActivationRowsAsync(
        this EntitlementDbContext db, LicenseName from, AccountName to, CancellationToken cancellationToken)
    {
        var moved = db.Activations.Where(row => row.AccountId == to.AccountId && row.LicenseId == from.LicenseId);
        var ids = moved.Select(row => row.Id);
        var keys = moved.Select(row => row.Thumbprint);
        await db.ActivationDevices
            .Where(row => row.AccountId == from.AccountId && ids.Contains(row.ActivationId))
            .ExecuteUpdateAsync(set => set.SetProperty(row => row.AccountId, to.AccountId), cancellationToken);
        await db.IssuedFiles
            .Where(row => row.AccountId == from.AccountId && ids.Contains(row.ActivationId))
            .ExecuteUpdateAsync(set => set.SetProperty(row => row.AccountId, to.AccountId), cancellationToken);
        await db.ProductContacts
            .Where(row => row.AccountId == from.AccountId && ids.Contains(row.ActivationId))
            .ExecuteUpdateAsync(set => set.SetProperty(row => row.AccountId, to.AccountId), cancellationToken);
        await db.AnsweredRequests
            .Where(row => keys.Contains(row.Thumbprint) && row.LicenseId == from.LicenseId)
            .ExecuteUpdateAsync(set => set.SetProperty(row => row.AccountId, to.AccountId), cancellationToken);
    }

    private static async Task MoveDirectoriesAsync(
        this EntitlementDbContext db, License license, AccountName to, CancellationToken cancellationToken)
    {
        var from = license.Name;
        await db.SlcEntries
            .Where(entry => entry.Slc == license.Slc)
            .ExecuteUpdateAsync(set => set.SetProperty(entry => entry.AccountId, to.AccountId), cancellationToken);
        await db.ExternalRefEntries
            .Where(entry => entry.Kind == ExternalRefKind.License && entry.Value == license.ExternalRef)
            .ExecuteUpdateAsync(set => set.SetProperty(entry => entry.AccountId, to.AccountId), cancellationToken);

        // One that comes back has no former name there any more.
        await db.FormerHolders
            .Where(holder => holder.FormerAccountId == to.AccountId && holder.LicenseId == from.LicenseId)
            .ExecuteDeleteAsync(cancellationToken);
        await db.FormerHolders
            .Where(holder => holder.AccountId == from.AccountId && holder.LicenseId == from.LicenseId)
            .ExecuteUpdateAsync(set => set.SetProperty(holder => holder.AccountId, to.AccountId), cancellationToken);
        db.FormerHolders.Add(FormerHolder.Of(from, to));
        await db.SaveChangesAsync(cancellationToken);
    }
}
