using Entitlement.Domain.Names;
using Entitlement.Domain.Trials;
using Microsoft.EntityFrameworkCore;

namespace Entitlement.Storage.Queries;

/// <summary>How trials are found.</summary>
public static class TrialQueries
{
    /// <summary>Those of a machine's marks that lead to a trial of the product, with it; not tracked.</summary>
    public static async Task<IReadOnlyList<KnownMark>> FindTrialsAsync(
        this EntitlementDbContext db,
        Guid productId,
        IReadOnlyCollection<MachineMark> marks,
        CancellationToken cancellationToken)
    {
        var hashes = marks.Select(mark => mark.Hash).Distinct(StringComparer.Ordinal).ToList();
        var found = await db.TrialMarks
            .Where(mark => mark.ProductId == productId && hashes.Contains(mark.Hash))
            .Join(
                db.Trials, mark => mark.TrialId, trial => trial.Id, (mark, trial) => new { Mark = mark, Trial = trial })
            .AsNoTracking()
            .ToListAsync(cancellationToken);

        // A row for each mark, and one object for each trial, whichever of its marks led there.
        var trials = found.Select(row => row.Trial).DistinctBy(trial => trial.Id).ToDictionary(trial => trial.Id);
        return
        [
            .. found.Where(row => marks.Contains(row.Mark.Mark))
                .Select(row => new KnownMark(row.Mark.Mark, trials[row.Trial.Id])),
        ];
    }

    /// <summary>By its whole name; tracked as the context tracks.</summary>
    /// <returns>Null when there is no such trial.</returns>
    public static Task<Trial?> FindTrialAsync(
        this EntitlementDbContext db, TrialName name, CancellationToken cancellationToken) =>
        db.Trials.SingleOrDefaultAsync(
            trial => trial.AccountId == name.AccountId && trial.LicenseId == name.LicenseId && trial.Id == name.TrialId,
            cancellationToken);

    /// <summary>Of an activation; not tracked.</summary>
    /// <returns>Null when it is on a license that was bought.</returns>
    public static async Task<Trial?> FindTrialAsync(
        this EntitlementDbContext db, Guid? trialId, CancellationToken cancellationToken) => trialId is { } id
        ? await db.Trials.AsNoTracking().SingleOrDefaultAsync(trial => trial.Id == id, cancellationToken)
        : null;

    /// <summary>Of a page of activations, by their ids; not tracked.</summary>
    public static async Task<IReadOnlyDictionary<Guid, Trial>> ListTrialsAsync(
        this EntitlementDbContext db, IEnumerable<Guid?> trialIds, CancellationToken cancellationToken)
    {
        var ids = trialIds.OfType<Guid>().Distinct().ToList();
        return ids.Count == 0
            ? new Dictionary<Guid, Trial>()
            : await db.Trials.AsNoTracking()
                .Where(trial => ids.Contains(trial.Id))
                .ToDictionaryAsync(trial => trial.Id, cancellationToken);
    }
}
