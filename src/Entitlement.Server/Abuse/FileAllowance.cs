using Entitlement.Domain.Activations;
using Entitlement.Domain.Errors;
using Entitlement.Storage;
using Entitlement.Storage.Queries;
using Microsoft.Extensions.Options;

namespace Entitlement.Server.Abuse;

/// <summary>
/// Bounds how many license files a product can make the service keep for good. It is read from the files themselves, so
/// that it holds over restarts and for all replicas together.
/// </summary>
internal sealed class FileAllowance(EntitlementDbContext db, IOptions<AbuseOptions> options)
{
    private static readonly TimeSpan Day = TimeSpan.FromHours(24);

    /// <param name="activation">What the next file would be for; null for an activation that has none yet.</param>
    /// <param name="now">When it would be issued.</param>
    /// <param name="cancellationToken">Ends the look-up.</param>
    /// <exception cref="EntitlementException"><see cref="FailureReason.TooManyFiles"/>.</exception>
    public async Task RequireAsync(Activation? activation, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var limit = options.Value.FilesPerDay;

        // Generations rise with each file, so that one below the limit has fewer files than that.
        if (activation is null || activation.Generation < limit)
        {
            return;
        }

        var issued = await db.FindIssueTimeAsync(
            activation.AccountId, activation.Id, nthNewest: limit, cancellationToken);
        if (issued + Day - now is { } wait && wait > TimeSpan.Zero)
        {
            throw Refusal.TooManyFiles(activation.Name, limit, wait);
        }
    }
}
