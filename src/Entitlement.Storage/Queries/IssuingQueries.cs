using Entitlement.Domain.Errors;
using Entitlement.Domain.Signing;
using Microsoft.EntityFrameworkCore;

namespace Entitlement.Storage.Queries;

/// <summary>What stops issuing.</summary>
public static class IssuingQueries
{
    /// <summary>For those who issue nothing now, or have found that they can't; see <see cref="Seats.TakeToIssueAsync"/>.</summary>
    /// <param name="db">Any context.</param>
    /// <param name="keyId">The <c>kid</c> of the key that would sign.</param>
    /// <param name="cancellationToken">Ends the look-up.</param>
    /// <exception cref="EntitlementException">
    /// <see cref="FailureReason.IssuingHalted"/> or <see cref="FailureReason.SigningKeyRevoked"/>.
    /// </exception>
    public static async Task RequireIssuingAsync(
        this EntitlementDbContext db, string keyId, CancellationToken cancellationToken)
    {
        // The halt comes before every kid, and is the one to tell.
        var stop = await db.IssuingStops
            .Where(stop => stop.Scope == IssuingStop.Everything || stop.Scope == keyId)
            .OrderBy(stop => stop.Scope)
            .AsNoTracking()
            .FirstOrDefaultAsync(cancellationToken);
        if (stop is not null)
        {
            throw stop.Scope == IssuingStop.Everything
                ? Refusal.IssuingHalted(stop.StopTime)
                : Refusal.SigningKeyRevoked(keyId);
        }
    }
}
