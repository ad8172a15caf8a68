using Entitlement.Domain.Activations;
using Entitlement.Domain.Errors;
using Entitlement.Domain.Licenses;
using Entitlement.Domain.Names;
using Entitlement.Domain.Trials;
using Entitlement.Server.Idempotency;
using Entitlement.Storage;
using Entitlement.Storage.Queries;
using Microsoft.EntityFrameworkCore;

namespace Entitlement.Server.Activations;

/// <summary>Ends activations, each in the transaction of a change, with all the seats that it holds.</summary>
internal static class ActivationEnding
{
    /// <summary>By the receipt of its own machine. One that has ended before stays as it is.</summary>
    /// <exception cref="EntitlementException"><see cref="FailureReason.NotFound"/>: the key has no such activation.</exception>
    public static async Task<Outcome> ReturnAsync(this Change change, ReceivedReceipt receipt, CancellationToken cancellationToken)
    {
        var activation =
            await change.Db.FindActivationOfKeyAsync(receipt.Activation, receipt.Thumbprint, cancellationToken)
            ?? throw Refusal.NotFound($"{receipt.Activation}");

        if (activation.End is not null || receipt.Generation < activation.SeatGeneration)
        {
            return new Outcome($"{activation.Name}", Existed: true);
        }

        var devices = activation.DeviceCount;
        var (_, leases) = await change.EndAsync(activation, ActivationEnd.Returned, cancellationToken);
        var details = new ActivationReturned(activation.Generation, receipt.Generation, receipt.Jti, devices, leases);
        change.Audit(activation.AccountId, "activation.return", $"{activation.Name}", AuditJson.Of(details));
        return new Outcome($"{activation.Name}", Existed: false);
    }

    /// <summary>By a principal, for a machine that can't return it; only so many a year.</summary>
    /// <exception cref="EntitlementException">
    /// <see cref="FailureReason.NotFound"/>, <see cref="FailureReason.ActivationEnded"/> or
    /// <see cref="FailureReason.ReleaseLimitReached"/>.
    /// </exception>
    public static async Task<Outcome> ReleaseAsync(
        this Change change, ActivationName name, string reason, CancellationToken cancellationToken)
    {
        var activation = await change.Db.FindActivationAsync(name, cancellationToken) ?? throw Refusal.NotFound($"{name}");
        var devices = activation.DeviceCount;
        change.Db.SeatReleases.Add(SeatRelease.Create(activation, change.Now));
        var (license, leases) = await change.EndAsync(activation, ActivationEnd.Released, cancellationToken);
        change.Audit(
            activation.AccountId,
            "activation.release",
            $"{activation.Name}",
            AuditJson.Of(new ActivationReleased(activation.Generation, devices, leases)),
            reason);

        // Under the lock that the seats have put on the license, so that of two that race for the last one is refused.
        license.RequireReleasable(await change.Db.CountReleasesAsync(license.Name, change.Now, cancellationToken));
        return new Outcome($"{activation.Name}", Existed: false);
    }

    /// <summary>
    /// By the machine's activation on a license that was bought: whoever has bought does not try any more, and what he
    /// held by his trial is others' to try with.
    /// </summary>
    /// <param name="change">The transaction that issues the license file.</param>
    /// <param name="bought">The activation on the license that was bought.</param>
    /// <param name="productId">The product of both.</param>
    /// <param name="marks">What the machine is known by.</param>
    /// <param name="cancellationToken">Stops before the next statement.</param>
    public static async Task EndTrialAsync(
        this Change change,
        Activation bought,
        Guid productId,
        IReadOnlyList<MachineMark> marks,
        CancellationToken cancellationToken)
    {
        var known = await change.Db.FindTrialsAsync(productId, marks, cancellationToken);
        if (TrialPlan.TrialOf(marks, known) is not { } trial)
        {
            return;
        }

        var standing = await change.Db.Activations
            .Where(row => row.TrialId == trial.Id && row.End == null)
            .OrderBy(row => row.Id)
            .ToListAsync(cancellationToken);
        foreach (var activation in standing)
        {
            var devices = activation.DeviceCount;
            var (_, leases) = await change.EndAsync(activation, ActivationEnd.Bought, cancellationToken);
            var details = new TrialActivationEnded(
                activation.Generation, devices, leases, trial.Id, bought.LicenseId, bought.Id);
            change.Audit(activation.AccountId, "activation.end_trial", $"{activation.Name}", AuditJson.Of(details));
        }
    }

    /// <summary>How many of a license's activations were released within the period that counts.</summary>
    public static Task<int> CountReleasesAsync(
        this EntitlementDbContext db, LicenseName license, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var since = now - License.ReleasePeriod;
        return db.SeatReleases.CountAsync(
            release => release.AccountId == license.AccountId
                && release.LicenseId == license.LicenseId
                && release.ReleaseTime > since,
            cancellationToken);
    }

    /// <returns>
    /// The license, and how much of each floating feature was given back; null when nothing was leased.
    /// </returns>
    private static async Task<(License License, Dictionary<string, int>? Leases)> EndAsync(
        this Change change, Activation activation, ActivationEnd end, CancellationToken cancellationToken)
    {
        var license = await change.Db.Licenses.AsNoTracking().Named(activation.Name.License)
            .SingleOrDefaultAsync(cancellationToken)
            ?? throw new StaleReadException("The license went to another account meanwhile.");
        var devices = await change.Db.ActivationDevices
            .Where(device => device.AccountId == activation.AccountId && device.ActivationId == activation.Id)
            .ToListAsync(cancellationToken);

        var seats = activation.Finish(devices.Select(device => device.ToDevice()), end, change.Now);
        change.Db.RemoveRange(devices);
        await change.Db.SaveChangesAsync(cancellationToken);

        // Last, so that the lock on the license is short; only its leases must not move without it.
        if (!await Seats.TakeAsync(change.Db, license.Name, license.Terms, seats, cancellationToken))
        {
            throw new StaleReadException("The license is no longer what was read.");
        }

        var returned = await change.Db.ReturnLeasesAsync(activation.Name, cancellationToken);
        return (license, returned.Count == 0
            ? null
            : returned.ToDictionary(line => line.FeatureCode!, line => line.Held, StringComparer.Ordinal));
    }
}
