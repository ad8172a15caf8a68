using Entitlement.Domain.Activations;
using Entitlement.Domain.Errors;
using Entitlement.Server.Idempotency;
using Entitlement.Storage;
using Entitlement.Storage.Queries;
using Entitlement.Storage.Writing;
using Entitlement.V1;
using Google.Protobuf;
using Microsoft.EntityFrameworkCore;
using Activation = Entitlement.Domain.Activations.Activation;
using GenerationNotice = Entitlement.Domain.Activations.GenerationNotice;

namespace Entitlement.Server.Activations;

/// <summary>
/// Takes a product's report: one transaction in which the call is told from the last one, leases move, and the answer
/// is kept, so that the same call gets it again.
/// </summary>
internal sealed class StatusReporting(Writer writer, TimeProvider clock, ILogger<StatusReporting> log)
{
    /// <param name="call">The call.</param>
    /// <param name="status">What it reports.</param>
    /// <param name="actor">Who makes it.</param>
    /// <param name="cancellationToken">Stops before the commit.</param>
    /// <exception cref="EntitlementException">
    /// <see cref="FailureReason.NotFound"/>, <see cref="FailureReason.CallOutOfSequence"/>,
    /// <see cref="FailureReason.FeatureNotLicensed"/> or <see cref="FailureReason.SeatsExhausted"/>.
    /// </exception>
    public async Task<ReportStatusResponse> RunAsync(
        ReceivedCall call, ProductStatus status, string actor, CancellationToken cancellationToken)
    {
        var outcome = await writer.RunAsync(
            (db, token) =>
                ReportAsync(new Change(db, actor, clock.GetUtcNow().ToWholeMilliseconds()), call, status, token),
            cancellationToken);
        Tell(outcome, status.Generation);
        return outcome.Answer ?? throw outcome.Refusal!;
    }

    private static async Task<ReportOutcome> ReportAsync(
        Change change, ReceivedCall call, ProductStatus status, CancellationToken cancellationToken)
    {
        var activation =
            await change.Db.FindActivationOfKeyAsync(call.Activation, call.Thumbprint, cancellationToken)
            ?? throw Refusal.NotFound($"{call.Activation}");

        var contact = await change.Db.ProductContacts.SingleOrDefaultAsync(
            row => row.AccountId == activation.AccountId && row.ActivationId == activation.Id, cancellationToken);
        if (contact is not null && call.Sequence <= contact.Sequence)
        {
            return contact.IsAnswerTo(call.ContentHash)
                ? new ReportOutcome(activation, ReportStatusResponse.Parser.ParseFrom(contact.Answer))
                : RefuseForked(change, activation, contact, call, status);
        }

        var license = await change.Db.Licenses.AsNoTracking().Named(activation.Name.License)
            .SingleOrDefaultAsync(cancellationToken)
            ?? throw new StaleReadException("The license went to another account meanwhile.");
        var notice = activation.End is null
            ? GenerationNotices.Of(status.Generation, activation.Generation)
            : GenerationNotice.None;
        var isNews = Hear(change, activation, contact, status, notice);

        if (contact is null)
        {
            // So that its row is written, and a transfer of the license can't leave the contact behind.
            activation.Meet();
        }

        // The activation before the license, which is the order in which everybody else locks them.
        await change.Db.SaveChangesAsync(cancellationToken);
        var trial = await change.Db.FindTrialAsync(activation.TrialId, cancellationToken);
        var leases = await change.MoveLeasesAsync(activation, license, trial, status.Leases, cancellationToken);
        var answer = StatusAnswer.Of(activation, license, trial, leases, notice, change.Now);
        if (contact is null)
        {
            contact = ProductContact.Create(activation);
            change.Db.ProductContacts.Add(contact);
        }

        contact.Note(call.Sequence, call.ContentHash, answer.ToByteArray(), status, notice, change.Now);
        return new ReportOutcome(activation, answer, isNews ? notice : GenerationNotice.None);
    }

    /// <summary>
    /// Committed, although the call is refused: it is what tells of a clone. The refusal says where the numbers are,
    /// so that an honest installation whose state was put back from a backup goes on from there.
    /// </summary>
    private static ReportOutcome RefuseForked(
        Change change, Activation activation, ProductContact contact, ReceivedCall call, ProductStatus status)
    {
        if (activation.End is null && activation.Suspect(change.Now))
        {
            var details = CloneSuspected.By(
                CloneSign.SequenceForked, status.Generation, call.Sequence, contact.Sequence);
            AuditClone(change, activation, details);
        }

        var refusal = Refusal.CallOutOfSequence(activation.Name, call.Sequence, contact.Sequence);
        return new ReportOutcome(activation, Refusal: refusal);
    }

    /// <returns>Whether the notice is news, and recorded.</returns>
    private static bool Hear(
        Change change, Activation activation, ProductContact? contact, ProductStatus status, GenerationNotice notice)
    {
        if (activation.Hear(status.Generation) is { } sign && activation.Suspect(change.Now))
        {
            AuditClone(change, activation, CloneSuspected.By(sign, status.Generation));
        }

        if (notice == GenerationNotice.None || contact?.Knows(status.Generation, notice) == true)
        {
            return false;
        }

        change.Audit(
            activation.AccountId,
            "activation.notice_generation",
            $"{activation.Name}",
            AuditJson.Of(new GenerationTold(activation.Generation, status.Generation, $"{notice}")));
        return true;
    }

    private static void AuditClone(Change change, Activation activation, CloneSuspected details) =>
        change.Audit(activation.AccountId, CloneSuspected.Action, $"{activation.Name}", AuditJson.Of(details));

    private void Tell(ReportOutcome outcome, int told)
    {
        var activation = outcome.Activation;
        switch (outcome.News)
        {
            case GenerationNotice.Behind:
                log.GenerationBehind($"{activation.Name}", told, activation.Generation);
                break;
            case GenerationNotice.Ahead:
                log.GenerationAhead($"{activation.Name}", told, activation.Generation);
                break;
            case GenerationNotice.None:
                break;
        }
    }

    /// <summary>What is committed, and what is told of it.</summary>
    /// <param name="Activation">Whose call it was.</param>
    /// <param name="Answer">Null when it is refused.</param>
    /// <param name="News">What the told generation is news of.</param>
    /// <param name="Refusal">Null when it is answered.</param>
    private sealed record ReportOutcome(
        Activation Activation,
        ReportStatusResponse? Answer = null,
        GenerationNotice News = GenerationNotice.None,
        EntitlementException? Refusal = null);
}
