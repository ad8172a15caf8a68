using Entitlement.Domain.Activations;
using Entitlement.Domain.Audit;
using Entitlement.Domain.Licenses;
using Entitlement.Storage;
using Entitlement.Storage.Writing;

namespace Entitlement.Server.Activations;

/// <summary>All that one license file changes.</summary>
/// <param name="License">The license as it was read.</param>
/// <param name="Plan">What the request does to it.</param>
/// <param name="Activation">The activation as it will stand.</param>
/// <param name="RevisionRead">The activation's revision as it was read; 0 for a new one.</param>
/// <param name="File">The signed file.</param>
/// <param name="Request">The request that it answers.</param>
internal sealed record ActivationChange(
    License License, ActivationPlan Plan, Activation Activation, int RevisionRead, IssuedFile File, ReceivedRequest Request);

/// <summary>Makes a change in one transaction: activation, devices, file, request, audit record, and last the seats.</summary>
internal sealed class ActivationWriter(Writer writer)
{
    /// <returns>False when something that the change rests on was changed meanwhile; then nothing is written.</returns>
    public async Task<bool> TryWriteAsync(ActivationChange change, string actor, CancellationToken cancellationToken)
    {
        try
        {
            return await writer.RunOnceAsync(
                async (db, token) =>
                {
                    Stage(db, change);
                    db.Add(RecordOf(change, actor));
                    await db.SaveChangesAsync(token);

                    // Last, so that the lock on the license is short.
                    return await Seats.TakeAsync(db, change.License.Name, change.License.Terms, change.Plan.Seats, token)
                        ? true
                        : throw new StaleReadException("The license is no longer what was read.");
                },
                cancellationToken);
        }
        catch (StaleReadException)
        {
            return false;
        }
    }

    private static void Stage(EntitlementDbContext db, ActivationChange change)
    {
        var (activation, plan) = (change.Activation, change.Plan);
        if (plan.IsNew)
        {
            db.Add(activation);
        }
        else
        {
            // It was read without tracking; the revision that was read guards the row against another writer.
            db.Update(activation).Property(a => a.Revision).OriginalValue = change.RevisionRead;
        }

        db.AddRange(plan.Added.Select(device => ActivationDevice.Create(activation, device)));
        db.UpdateRange(plan.Retold.Select(device => ActivationDevice.Create(activation, device)));
        db.RemoveRange(plan.Removed.Select(device => ActivationDevice.Create(activation, device)));
        db.Add(change.File);
        db.Add(AnsweredRequest.Create(activation, change.Request.Jti, change.Request.ContentHash));
    }

    private static AuditRecord RecordOf(ActivationChange change, string actor)
    {
        var (activation, plan) = (change.Activation, change.Plan);
        var details = new FileIssued(
            activation.Generation, change.File.FileId, change.File.KeyId, plan.Added.Count, plan.Removed.Count, $"{plan.Notice}");
        return AuditRecord.Create(
            activation.AccountId,
            actor,
            plan.IsNew ? "activation.create" : plan.TakesSeat ? "activation.resume" : "activation.issue",
            activation.Name.ToString(),
            activation.UpdateTime,
            AuditJson.Of(details));
    }
}
