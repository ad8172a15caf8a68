using Entitlement.Domain.Activations;
using Entitlement.Domain.Audit;
using Entitlement.Domain.Errors;
using Entitlement.Domain.Licenses;
using Entitlement.Domain.Trials;
using Entitlement.Server.Idempotency;
using Entitlement.Server.Trials;
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
/// <param name="Approval">The parked request that it approves; null for most.</param>
internal sealed record ActivationChange(
    License License,
    ActivationPlan Plan,
    Activation Activation,
    int RevisionRead,
    IssuedFile File,
    ReceivedRequest Request,
    ApprovalChange? Approval)
{
    /// <summary>Whether the machine gives up the seats that it has by a trial of the same product.</summary>
    public bool EndsTrial { get; init; }

    /// <summary>The person who gets the file sent; null where a product or a program had it issued.</summary>
    public Guid? PersonId { get; init; }
}

/// <summary>A parked request that is approved.</summary>
/// <param name="Parked">As it will stand.</param>
/// <param name="RevisionRead">Its revision as it was read.</param>
/// <param name="Before">What it was then.</param>
internal sealed record ApprovalChange(ParkedRequest Parked, int RevisionRead, ParkedRequestState Before)
{
    /// <summary>Notes that a principal approves a request.</summary>
    /// <param name="parked">As it was read.</param>
    /// <param name="activation">What is issued for it.</param>
    /// <param name="actor">Who approves it.</param>
    /// <param name="now">When.</param>
    /// <param name="retention">How long that is remembered.</param>
    public static ApprovalChange Of(
        ParkedRequest parked, Activation activation, string actor, DateTimeOffset now, TimeSpan retention)
    {
        var (revision, before) = (parked.Revision, parked.State);
        parked.Approve(activation.Name, actor, now, retention);
        return new ApprovalChange(parked, revision, before);
    }

    public string ToAuditDetails() =>
        AuditJson.Of(new ParkedRequestDecided(Parked.Jti, $"{Before}", Parked.ActivationId));
}

/// <summary>Makes a change in one transaction: activation, devices, file, request, audit record, and last the seats.</summary>
internal sealed class ActivationWriter(Writer writer, StorageEngine engine)
{
    public const string ApprovedAction = "parked_request.approve";

    /// <returns>False when something that the change rests on was changed meanwhile; then nothing is written.</returns>
    /// <exception cref="EntitlementException">Issuing is stopped; see <see cref="Seats.TakeToIssueAsync"/>.</exception>
    public async Task<bool> TryWriteAsync(ActivationChange change, string actor, CancellationToken cancellationToken)
    {
        var rows = RowsOf(change, actor);
        try
        {
            return await writer.RunOnceAsync(
                async (db, token) =>
                {
                    await engine.SaveAsync(db, rows, token);
                    if (change.EndsTrial)
                    {
                        // Before the seats of the bought license: whoever locks two licenses does it in this order.
                        await new Change(db, actor, change.Activation.UpdateTime).EndTrialAsync(
                            change.Activation, change.License.ProductId, change.Request.Marks, token);
                    }

                    if (change.PersonId is { } person)
                    {
                        await LicenseFileMessage.SendAsync(db, change, person, token);
                    }

                    // Last, so that the lock on the license is short.
                    return await Seats.TakeToIssueAsync(
                        db, change.License.Name, change.License.Terms, change.File.KeyId, change.Plan.Seats, token)
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

    private static RowChanges RowsOf(ActivationChange change, string actor)
    {
        var (activation, plan) = (change.Activation, change.Plan);
        var rows = new RowChanges();
        if (plan.IsNew)
        {
            rows.Insert(activation);
        }
        else
        {
            // The revision that was read guards the row against another writer.
            rows.Update(activation, change.RevisionRead);
        }

        rows.InsertRange(plan.Added.Select(device => ActivationDevice.Create(activation, device)));
        rows.UpdateRange(plan.Retold.Select(device => ActivationDevice.Create(activation, device)));
        rows.DeleteRange(plan.Removed.Select(device => ActivationDevice.Create(activation, device)));
        rows.Insert(change.File);
        rows.Insert(AnsweredRequest.Create(activation, change.Request.Jti, change.Request.ContentHash));
        rows.Insert(RecordOf(change, actor));
        if (plan.Sign is { } sign && activation.CloneSuspectedTime == activation.UpdateTime)
        {
            rows.Insert(AuditRecord.Create(
                activation.AccountId,
                actor,
                CloneSuspected.Action,
                activation.Name.ToString(),
                activation.UpdateTime,
                AuditJson.Of(CloneSuspected.By(sign, change.Request.Machine.Generation))));
        }

        if (plan.CarriedTrial is { } trial)
        {
            WriteTrial(rows, trial, activation, actor);
        }

        if (change.Approval is { } approval)
        {
            rows.Update(approval.Parked, approval.RevisionRead);
            rows.Insert(AuditRecord.Create(
                activation.AccountId,
                actor,
                ApprovedAction,
                $"{approval.Parked.Name}",
                activation.UpdateTime,
                approval.ToAuditDetails()));
        }

        return rows;
    }

    private static void WriteTrial(RowChanges rows, TrialChange change, Activation activation, string actor)
    {
        var trial = change.Trial;
        if (change.IsNew)
        {
            rows.Insert(trial);
            rows.Insert(AuditRecord.Create(
                trial.AccountId,
                actor,
                "trial.start",
                $"{trial.Name}",
                activation.UpdateTime,
                TrialJson.Of(new TrialStarted(trial.EndTime, activation.Id, trial.HardwareMarks))));
        }
        else if (change.IsChanged)
        {
            rows.Update(trial, change.RevisionRead);
        }

        // The key of a mark stops whoever else began a trial on the same machine meanwhile.
        rows.InsertRange(change.NewMarks);
    }

    private static AuditRecord RecordOf(ActivationChange change, string actor)
    {
        var (activation, plan) = (change.Activation, change.Plan);
        var details = new FileIssued(
            activation.Generation,
            plan.RecordedGeneration,
            change.File.FileId,
            change.File.KeyId,
            plan.Added.Count,
            plan.Removed.Count,
            $"{plan.Notice}",
            activation.TrialId);
        return AuditRecord.Create(
            activation.AccountId,
            actor,
            plan switch
            {
                { IsNew: true } => "activation.create",
                { TakesOver: true } => "activation.take_over",
                { TakesSeat: true } => "activation.resume",
                _ => "activation.issue",
            },
            activation.Name.ToString(),
            activation.UpdateTime,
            AuditJson.Of(details));
    }
}
