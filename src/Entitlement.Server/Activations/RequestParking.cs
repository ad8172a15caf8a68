using Entitlement.Domain.Activations;
using Entitlement.Domain.Errors;
using Entitlement.Domain.Licenses;
using Entitlement.Domain.Names;
using Entitlement.Server.Idempotency;
using Entitlement.Storage;
using Entitlement.Storage.Writing;
using Microsoft.Extensions.Options;

namespace Entitlement.Server.Activations;

/// <summary>
/// Parks products' requests that somebody must approve: each once, and only so many, so that nobody can fill the disk by
/// asking.
/// </summary>
internal sealed class RequestParking(Writer writer, IOptions<ApprovalOptions> options, TimeProvider clock)
{
    public TimeSpan Retention => options.Value.Retention;

    /// <summary>Tells what a request that is parked has come to, and parks one that is not.</summary>
    /// <param name="db">To read; what is written has a context of its own.</param>
    /// <param name="license">The license that it asks for.</param>
    /// <param name="request">The request.</param>
    /// <param name="file">The whole file.</param>
    /// <param name="cancellationToken">Stops before the commit.</param>
    /// <returns>
    /// What its product is told; null when it was approved, or when what the decision rests on was changed meanwhile.
    /// </returns>
    /// <exception cref="EntitlementException">
    /// <see cref="FailureReason.LicenseRequestReused"/>, or <see cref="FailureReason.ActivationNeedsApproval"/> when
    /// there is no room.
    /// </exception>
    public async Task<EntitlementException?> ParkAsync(
        EntitlementDbContext db,
        License license,
        ReceivedRequest request,
        ReadOnlyMemory<byte> file,
        CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow().ToWholeMilliseconds();
        if (await FindAsync(db, license.Name, request, now, cancellationToken) is { } known)
        {
            return Tell(known);
        }

        // Before it takes a turn: whoever asks for more than there is room for must cost nobody anything.
        await RequireRoomAsync(db, license.Name, now, cancellationToken);
        try
        {
            return Tell(await writer.RunOnceAsync(
                (context, token) => ParkAsync(
                    new Change(context, $"instances/{request.InstanceThumbprint}", now), license, request, file, token),
                cancellationToken));
        }
        catch (StaleReadException)
        {
            return null;
        }
    }

    /// <summary>What the very request, or one of the same key for the same license, has come to.</summary>
    /// <returns>Null when none is parked that has not expired.</returns>
    /// <exception cref="EntitlementException"><see cref="FailureReason.LicenseRequestReused"/>.</exception>
    public static async Task<ParkedRequest?> FindAsync(
        EntitlementDbContext db,
        LicenseName license,
        ReceivedRequest request,
        DateTimeOffset now,
        CancellationToken cancellationToken)
    {
        var thumbprint = request.Machine.Thumbprint;
        var same = await db.FindParkedRequestAsync(thumbprint, request.Jti, cancellationToken);
        if (same is not null && !same.IsOverAt(now))
        {
            return same.ContentHash.AsSpan().SequenceEqual(request.ContentHash)
                ? same
                : throw Refusal.LicenseRequestReused(request.Jti);
        }

        var waiting = await db.FindWaitingRequestAsync(license, thumbprint, cancellationToken);
        return waiting?.IsOverAt(now) == false ? waiting : null;
    }

    /// <returns>Null when it was approved.</returns>
    public EntitlementException? Tell(ParkedRequest parked) => parked.State switch
    {
        ParkedRequestState.Waiting => Refusal.AwaitingApproval(parked, options.Value.RetryAfter),
        ParkedRequestState.Rejected => Refusal.ApprovalRejected(parked),
        ParkedRequestState.Approved => null,
    };

    private async Task<ParkedRequest> ParkAsync(
        Change change,
        License license,
        ReceivedRequest request,
        ReadOnlyMemory<byte> file,
        CancellationToken cancellationToken)
    {
        await change.Db.TakeParkingTurnAsync(change.Now, cancellationToken);
        if (await FindAsync(change.Db, license.Name, request, change.Now, cancellationToken) is { } meanwhile)
        {
            return meanwhile;
        }

        await RequireRoomAsync(change.Db, license.Name, change.Now, cancellationToken);
        if (await change.Db.SumParkedBytesAsync(cancellationToken) + file.Length > options.Value.MaxBytes)
        {
            throw Refusal.ActivationNeedsApproval(license.Name, options.Value.RetryAfter);
        }

        var parked = ParkedRequest.Create(
            license.Name, request.Machine, request.Jti, request.ContentHash, file.ToArray(), change.Now, Retention);
        change.Db.ParkedRequests.Add(parked);
        change.Audit(
            license.AccountId,
            "parked_request.create",
            $"{parked.Name}",
            AuditJson.Of(new RequestParked(parked.Jti, parked.DeviceCount, parked.Size)));
        await change.Db.SaveChangesAsync(cancellationToken);

        // Last, so that the lock on the license is short: it asks for approvals still, and is where it was.
        return await Seats.TakeAsync(change.Db, license.Name, license.Terms, [], cancellationToken)
            ? parked
            : throw new StaleReadException("The license is no longer what was read.");
    }

    private async Task RequireRoomAsync(
        EntitlementDbContext db, LicenseName license, DateTimeOffset now, CancellationToken cancellationToken)
    {
        if (await db.CountWaitingRequestsAsync(license, now, cancellationToken) >= options.Value.MaxWaiting)
        {
            throw Refusal.ActivationNeedsApproval(license, options.Value.RetryAfter);
        }
    }
}
