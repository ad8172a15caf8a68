using Entitlement.Domain.Activations;
using Entitlement.Domain.Licenses;
using Entitlement.Domain.Names;
using Microsoft.EntityFrameworkCore;

namespace Entitlement.Storage;

/// <summary>
/// Takes and gives back what is leased of floating features. Everything here runs under the lock that
/// <see cref="Seats.TakeAsync"/> puts on the license, taken before a lease is read: so no two transactions meet on the
/// leases of one license, whatever order they come to them in, and what was read still holds.
/// </summary>
public static class Leases
{
    /// <summary>What an activation holds, also what has run out and still counts; tracked.</summary>
    public static async Task<IReadOnlyList<Lease>> ListLeasesAsync(
        this EntitlementDbContext db, ActivationName activation, CancellationToken cancellationToken) => await db.Leases
        .Where(lease => lease.AccountId == activation.AccountId
            && lease.LicenseId == activation.LicenseId
            && lease.ActivationId == activation.ActivationId)
        .ToListAsync(cancellationToken);

    /// <summary>
    /// Applies the lines' <see cref="SeatLine.Requested"/>. A full line takes away what others' leases that have run
    /// out hold of it, and is tried once more.
    /// </summary>
    /// <param name="db">Under the lock of the license.</param>
    /// <param name="activation">Whose leases move. Its own are never taken away: it is about to renew them.</param>
    /// <param name="moves">The lines, in the order of their codes.</param>
    /// <param name="now">The moment of the decision.</param>
    /// <param name="cancellationToken">Stops before the next line.</param>
    public static async Task<LeaseMoves> MoveLeasesAsync(
        this EntitlementDbContext db,
        ActivationName activation,
        IReadOnlyList<SeatLine> moves,
        DateTimeOffset now,
        CancellationToken cancellationToken)
    {
        var (lapses, shortages) = (new List<SeatLine>(), new List<SeatLine>());
        foreach (var line in moves)
        {
            if (await Seats.MoveAsync(db, activation.License, line, cancellationToken))
            {
                continue;
            }

            if (await db.LapseAsync(activation, line, now, cancellationToken) is { Requested: < 0 } lapsed)
            {
                lapses.Add(lapsed);
                if (await Seats.MoveAsync(db, activation.License, line, cancellationToken))
                {
                    continue;
                }
            }

            shortages.Add(await db.LookAgainAsync(activation.License, line, cancellationToken));
        }

        return new LeaseMoves(lapses, shortages);
    }

    /// <summary>Gives back all that an activation holds.</summary>
    /// <param name="db">Under the lock of the license.</param>
    /// <param name="activation">Which activation.</param>
    /// <param name="cancellationToken">Stops before the next statement.</param>
    /// <returns>The lines with what was given back, as negative numbers.</returns>
    public static async Task<IReadOnlyList<SeatLine>> ReturnLeasesAsync(
        this EntitlementDbContext db, ActivationName activation, CancellationToken cancellationToken)
    {
        var leases = await db.ListLeasesAsync(activation, cancellationToken);
        var lines = leases.OrderBy(lease => lease.Feature, StringComparer.Ordinal)
            .Select(lease => SeatLine.GivenBack(SeatLine.Feature(lease.Feature), lease.Quantity))
            .ToList();
        foreach (var line in lines)
        {
            if (!await Seats.MoveAsync(db, activation.License, line, cancellationToken))
            {
                throw new StaleReadException("Less is held of a feature than was leased.");
            }
        }

        db.RemoveRange(leases);
        return lines;
    }

    /// <summary>Gives back all that is leased of a license.</summary>
    /// <param name="db">Under the lock of the license.</param>
    /// <param name="license">Which license.</param>
    /// <param name="cancellationToken">Stops before the next statement.</param>
    /// <returns>The lines with what was given back, as negative numbers.</returns>
    public static async Task<IReadOnlyList<SeatLine>> ReturnLeasesAsync(
        this EntitlementDbContext db, LicenseName license, CancellationToken cancellationToken)
    {
        var leased = db.FeatureLines.Where(line => line.AccountId == license.AccountId
            && line.LicenseId == license.LicenseId
            && line.Counts == FeatureCount.Lease
            && line.Held > 0);
        var held = await leased
            .OrderBy(line => line.Code)
            .Select(line => new { line.Code, line.Held })
            .ToListAsync(cancellationToken);
        await db.Leases
            .Where(lease => lease.AccountId == license.AccountId && lease.LicenseId == license.LicenseId)
            .ExecuteDeleteAsync(cancellationToken);
        await leased.ExecuteUpdateAsync(set => set.SetProperty(line => line.Held, 0), cancellationToken);
        return [.. held.Select(line => SeatLine.GivenBack(SeatLine.Feature(line.Code), line.Held))];
    }

    /// <summary>Ends what is leased of a license no later than the license.</summary>
    /// <param name="db">Under the lock of the license.</param>
    /// <param name="license">Which license.</param>
    /// <param name="end">When it ends.</param>
    /// <param name="cancellationToken">Stops before the statement.</param>
    public static Task CutLeasesAsync(
        this EntitlementDbContext db, LicenseName license, DateTimeOffset end, CancellationToken cancellationToken) =>
        db.Leases
            .Where(lease => lease.AccountId == license.AccountId
                && lease.LicenseId == license.LicenseId
                && lease.Until > end)
            .ExecuteUpdateAsync(set => set.SetProperty(lease => lease.Until, end), cancellationToken);

    /// <summary>When the next of the leases of some lines runs out; null when none is leased.</summary>
    public static Task<DateTimeOffset?> FindNextEndAsync(
        this EntitlementDbContext db,
        ActivationName activation,
        IReadOnlyCollection<string> features,
        CancellationToken cancellationToken) => db.Leases
        .Where(lease => lease.AccountId == activation.AccountId
            && lease.LicenseId == activation.LicenseId
            && lease.ActivationId != activation.ActivationId
            && features.Contains(lease.Feature))
        .OrderBy(lease => lease.Until)
        .Select(lease => (DateTimeOffset?)lease.Until)
        .FirstOrDefaultAsync(cancellationToken);

    /// <returns>The line with what was given back of it, as a negative number.</returns>
    private static async Task<SeatLine> LapseAsync(
        this EntitlementDbContext db,
        ActivationName activation,
        SeatLine line,
        DateTimeOffset now,
        CancellationToken cancellationToken)
    {
        var over = db.Leases.Where(lease => lease.AccountId == activation.AccountId
            && lease.LicenseId == activation.LicenseId
            && lease.Feature == line.FeatureCode
            && lease.Until <= now
            && lease.ActivationId != activation.ActivationId);
        var quantity = await over.SumAsync(lease => lease.Quantity, cancellationToken);
        var lapsed = SeatLine.GivenBack(line.Line, quantity);
        if (quantity > 0)
        {
            await over.ExecuteDeleteAsync(cancellationToken);
            if (!await Seats.MoveAsync(db, activation.License, lapsed, cancellationToken))
            {
                throw new StaleReadException("Less is held of a feature than was leased.");
            }
        }

        return lapsed;
    }

    /// <summary>The line's numbers as they are now; the caller's own moves included.</summary>
    private static async Task<SeatLine> LookAgainAsync(
        this EntitlementDbContext db, LicenseName license, SeatLine line, CancellationToken cancellationToken)
    {
        var held = await db.FeatureLines
            .Where(row => row.AccountId == license.AccountId
                && row.LicenseId == license.LicenseId
                && row.Code == line.FeatureCode)
            .Select(row => row.Held)
            .SingleAsync(cancellationToken);
        return line with { Held = held };
    }
}

/// <summary>What became of the lines on which leases were to move.</summary>
/// <param name="Lapsed">Lines with what was taken away of leases that had run out, as a negative number.</param>
/// <param name="Shortages">
/// Lines on which too little is left, with their numbers. When there are any, all is to be undone.
/// </param>
public sealed record LeaseMoves(IReadOnlyList<SeatLine> Lapsed, IReadOnlyList<SeatLine> Shortages);
