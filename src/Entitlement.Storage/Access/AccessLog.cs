using Entitlement.Storage.Queries;
using Microsoft.EntityFrameworkCore;

namespace Entitlement.Storage.Access;

/// <summary>Raises the clock of access and tells what a transaction touched.</summary>
public static class AccessLog
{
    /// <summary>
    /// How far back, in versions, the log is whole for whoever reads it: half of what is kept, so that nothing of it can be
    /// cleared away between a look at the clock and the next at the log.
    /// </summary>
    public const long WholeVersions = KeptVersions / 2;

    private const long KeptVersions = 100_000;
    private const long SweptVersions = 1_000;

    /// <summary>
    /// To be the last thing that a transaction writes, so that the row which everybody's changes wait for is locked for as
    /// short as can be.
    /// </summary>
    /// <param name="db">The context of the transaction; what it holds unsaved is saved.</param>
    /// <param name="touched">What the transaction touched; nothing for a version that makes nothing stale.</param>
    /// <param name="cancellationToken">Stops before the next statement.</param>
    /// <returns>The version from which on everybody who asks for it sees the change.</returns>
    public static async Task<long> RaiseAsync(
        this EntitlementDbContext db,
        IReadOnlyCollection<(AccessThing Kind, Guid Id)> touched,
        CancellationToken cancellationToken)
    {
        await db.SaveChangesAsync(cancellationToken);
        await db.AccessClock.ExecuteUpdateAsync(
            row => row.SetProperty(clock => clock.Version, clock => clock.Version + 1), cancellationToken);
        var version = await db.ReadVersionAsync(cancellationToken);
        db.AccessChanges.AddRange(touched.Distinct().Select(thing => AccessChange.Of(version, thing.Kind, thing.Id)));
        await db.SaveChangesAsync(cancellationToken);
        db.AccessVersion = version;
        return version;
    }

    /// <summary>Clears away the oldest changes that need not be kept, some of them at a time.</summary>
    /// <returns>Whether there may be more.</returns>
    public static async Task<bool> SweepAccessChangesAsync(this EntitlementDbContext db, CancellationToken cancellationToken)
    {
        var oldest = await db.AccessChanges.MinAsync(change => (long?)change.Version, cancellationToken);
        var last = await db.ReadVersionAsync(cancellationToken) - KeptVersions;
        if (oldest is not { } first || first > last)
        {
            return false;
        }

        var end = Math.Min(last, first + SweptVersions);
        await db.AccessChanges.Where(change => change.Version <= end).ExecuteDeleteAsync(cancellationToken);
        return true;
    }

    /// <summary>Lets changes of access wait that begin after this one, until its commit.</summary>
    public static Task LockAccessAsync(this EntitlementDbContext db, CancellationToken cancellationToken) =>
        db.AccessClock.ExecuteUpdateAsync(
            row => row.SetProperty(clock => clock.Version, clock => clock.Version), cancellationToken);

    /// <summary>The version at this moment.</summary>
    public static Task<long> ReadVersionAsync(this EntitlementDbContext db, CancellationToken cancellationToken) =>
        CompiledQueries.For(db).AccessVersion(db, cancellationToken);
}
