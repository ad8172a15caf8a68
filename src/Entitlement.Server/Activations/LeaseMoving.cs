using Entitlement.Domain.Activations;
using Entitlement.Domain.Errors;
using Entitlement.Domain.Licenses;
using Entitlement.Domain.Trials;
using Entitlement.Server.Idempotency;
using Entitlement.Storage;
using Entitlement.Storage.Queries;
using Microsoft.EntityFrameworkCore;

namespace Entitlement.Server.Activations;

/// <summary>Moves an activation's leases to what its product wants, in the transaction of its report.</summary>
internal static class LeaseMoving
{
    /// <param name="change">The transaction.</param>
    /// <param name="activation">Whose leases they are.</param>
    /// <param name="license">Its license.</param>
    /// <param name="trial">The machine's trial; null on a license that was bought.</param>
    /// <param name="wanted">What it wants to hold from now on.</param>
    /// <param name="cancellationToken">Stops before the next statement.</param>
    /// <returns>What it holds from now on.</returns>
    /// <exception cref="EntitlementException">
    /// <see cref="FailureReason.FeatureNotLicensed"/> or <see cref="FailureReason.SeatsExhausted"/>.
    /// </exception>
    public static async Task<IReadOnlyList<Lease>> MoveLeasesAsync(
        this Change change,
        Activation activation,
        License license,
        Trial? trial,
        IReadOnlyList<WantedLease> wanted,
        CancellationToken cancellationToken)
    {
        var db = change.Db;
        var standing = activation.End is null
            && license.StateAt(change.Now) == LicenseState.Active
            && trial?.IsOverAt(change.Now) != true;
        var holds = await db.Leases.AnyAsync(
            lease => lease.AccountId == activation.AccountId
                && lease.LicenseId == activation.LicenseId
                && lease.ActivationId == activation.Id,
            cancellationToken);
        if (!standing)
        {
            // Nothing is taken or renewed; what still runs goes on to its own end.
            return holds ? await db.ListLeasesAsync(activation.Name, cancellationToken) : [];
        }

        if (wanted.Count == 0 && !holds)
        {
            return [];
        }

        // It proves that the license is still what was read, and locks it: only then are its leases looked at. Whoever
        // ends an activation holds that lock to the commit.
        if (!await Seats.TakeAsync(db, license.Name, license.Terms, [], cancellationToken)
            || !await db.Activations.AnyAsync(
                row => row.AccountId == activation.AccountId
                    && row.LicenseId == activation.LicenseId
                    && row.Id == activation.Id
                    && row.End == null,
                cancellationToken))
        {
            throw new StaleReadException("The license or the activation is no longer what was read.");
        }

        var held = await db.ListLeasesAsync(activation.Name, cancellationToken);
        var lines = await db.ListFeaturesAsync(license.AccountId, license.Id, cancellationToken);
        var plan = LeasePlan.Make(activation, license, lines, held, wanted, change.Now, trial?.EndTime);
        var moved = await db.MoveLeasesAsync(activation.Name, plan.Moves, change.Now, cancellationToken);
        if (moved.Shortages.Count > 0)
        {
            throw await RefuseShortAsync(change, activation, moved.Shortages, cancellationToken);
        }

        db.AddRange(plan.Taken);
        db.RemoveRange(plan.Returned);
        AuditLeases(change, license, activation, plan, moved);
        return plan.Standing;
    }

    private static async Task<EntitlementException> RefuseShortAsync(
        Change change, Activation activation, IReadOnlyList<SeatLine> shortages, CancellationToken cancellationToken)
    {
        var features = shortages.Select(line => line.FeatureCode!).ToList();
        var next = await change.Db.FindNextEndAsync(activation.Name, features, cancellationToken);
        var wait = next - change.Now;
        return Refusal.SeatsExhausted(activation.Name.License, shortages, wait > TimeSpan.Zero ? wait : null);
    }

    private static void AuditLeases(
        Change change, License license, Activation activation, LeasePlan plan, LeaseMoves moved)
    {
        if (moved.Lapsed.Count > 0)
        {
            change.Audit(license.AccountId, "lease.lapse", $"{license.Name}", DetailsOf(moved.Lapsed));
        }

        if (plan.Moves.Count > 0)
        {
            change.Audit(activation.AccountId, "lease.move", $"{activation.Name}", DetailsOf(plan.Moves));
        }
    }

    private static string DetailsOf(IEnumerable<SeatLine> lines) => AuditJson.Of(new LeasesMoved(
        lines.ToDictionary(line => line.FeatureCode!, line => line.Requested, StringComparer.Ordinal)));
}
