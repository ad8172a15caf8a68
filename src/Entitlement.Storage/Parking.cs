using Entitlement.Domain.Activations;
using Entitlement.Domain.Names;
using Microsoft.EntityFrameworkCore;

namespace Entitlement.Storage;

/// <summary>The one row that whoever parks a request locks, so that what is parked is counted by one at a time.</summary>
public sealed class ParkingTurn
{
    internal const int TheOne = 1;

    private ParkingTurn()
    {
    }

    public int Id { get; private init; }

    /// <summary>How often it was taken.</summary>
    public long Count { get; private init; }
}

/// <summary>Finds and bounds parked requests.</summary>
public static class Parking
{
    /// <summary>By its whole name; tracked as the context tracks.</summary>
    /// <returns>Null when there is no such request.</returns>
    public static Task<ParkedRequest?> FindParkedRequestAsync(
        this EntitlementDbContext db, ParkedRequestName name, CancellationToken cancellationToken) =>
        db.ParkedRequests.SingleOrDefaultAsync(
            row => row.AccountId == name.AccountId && row.LicenseId == name.LicenseId && row.Id == name.RequestId,
            cancellationToken);

    /// <summary>The very request, parked before, whatever became of it.</summary>
    /// <returns>Null when it is not parked.</returns>
    public static Task<ParkedRequest?> FindParkedRequestAsync(
        this EntitlementDbContext db, byte[] thumbprint, Guid jti, CancellationToken cancellationToken) =>
        db.ParkedRequests.SingleOrDefaultAsync(
            row => row.Thumbprint == thumbprint && row.Jti == jti, cancellationToken);

    /// <summary>The request of an instance key that waits for a license; it may have expired.</summary>
    /// <returns>Null when none waits.</returns>
    public static Task<ParkedRequest?> FindWaitingRequestAsync(
        this EntitlementDbContext db, LicenseName license, byte[] thumbprint, CancellationToken cancellationToken) =>
        db.ParkedRequests.SingleOrDefaultAsync(
            row => row.AccountId == license.AccountId
                && row.LicenseId == license.LicenseId
                && row.Thumbprint == thumbprint
                && row.State == ParkedRequestState.Waiting,
            cancellationToken);

    /// <summary>How many requests wait for a license.</summary>
    public static Task<int> CountWaitingRequestsAsync(
        this EntitlementDbContext db, LicenseName license, DateTimeOffset now, CancellationToken cancellationToken) =>
        db.ParkedRequests.CountAsync(
            row => row.AccountId == license.AccountId
                && row.LicenseId == license.LicenseId
                && row.State == ParkedRequestState.Waiting
                && row.ExpireTime > now,
            cancellationToken);

    /// <summary>
    /// Waits for its turn to park, to the commit, and clears away what has expired. So what is counted then still holds
    /// at the commit.
    /// </summary>
    /// <param name="db">In a transaction.</param>
    /// <param name="now">The moment of the decision.</param>
    /// <param name="cancellationToken">Stops before the next statement.</param>
    public static async Task TakeParkingTurnAsync(
        this EntitlementDbContext db, DateTimeOffset now, CancellationToken cancellationToken)
    {
        await db.ParkingTurns
            .Where(turn => turn.Id == ParkingTurn.TheOne)
            .ExecuteUpdateAsync(set => set.SetProperty(turn => turn.Count, turn => turn.Count + 1), cancellationToken);
        await db.ParkedRequests.Where(row => row.ExpireTime <= now).ExecuteDeleteAsync(cancellationToken);
    }

    /// <summary>Bytes of all request files that are kept.</summary>
    public static Task<long> SumParkedBytesAsync(this EntitlementDbContext db, CancellationToken cancellationToken) =>
        db.ParkedRequests.SumAsync(row => (long)row.Size, cancellationToken);
}
