using Entitlement.Domain.Activations;
using Entitlement.Domain.Errors;
using Entitlement.Domain.Names;
using Entitlement.Formats;
using Entitlement.Server.Abuse;
using Entitlement.Server.Access;
using Entitlement.Server.Errors;
using Entitlement.Server.Idempotency;
using Entitlement.Server.Signing;
using Entitlement.Storage;
using Entitlement.Storage.Queries;
using Entitlement.V1;
using Google.Protobuf;
using Grpc.Core;
using GenerationNotice = Entitlement.Domain.Activations.GenerationNotice;

namespace Entitlement.Server.Activations;

internal sealed partial class ActivationService(
    EntitlementDbContext db,
    StorageEngine engine,
    ActivationWriter writer,
    OnceWriter once,
    RequestParking parking,
    StatusReporting reporting,
    LicenseFileIssuer issuer,
    RequestGate gate,
    FileAllowance allowance,
    AccessDecider access,
    LicenseSigner signer,
    KeyRecords keys,
    KeyRevocations revocations,
    RefusalStatus refusals,
    TimeProvider clock,
    ILogger<ActivationService> log) : V1.ActivationService.ActivationServiceBase
{
    /// <summary>
    /// How often a decision is made anew after others changed what it rests on. Each time another caller has succeeded, so
    /// this many only meet where one instance key or license is fought over.
    /// </summary>
    private const int MaxAttempts = 8;

    public override async Task<PreviewLicenseRequestResponse> PreviewLicenseRequest(
        PreviewLicenseRequestRequest request, ServerCallContext context)
    {
        var verified = await gate.VerifyAsync(LicenseRequestFile.Open(request.LicenseRequest.Span), context);
        var received = ReceivedRequest.Read(
            verified, signer.Issuer, LicenseRequestOperation.Activate, LicenseRequestOperation.Refresh);
        var answered = await FindAnswerAsync(db, received, context.CancellationToken);
        var situation = await Situation.LoadAsync(db, received, context.CancellationToken);
        var byPrincipal = await IsByPrincipalAsync(situation.License.Name, context);

        var now = clock.GetUtcNow().ToWholeMilliseconds();
        var plan = answered is null ? situation.PlanFor(received) : situation.PlanForAnswered(received);
        var preview = situation.ToPreview(plan, now);
        try
        {
            if (answered is null && IsToPark(plan, received, now, byPrincipal))
            {
                await RequireNotParkedAsync(situation, received, now, context.CancellationToken);
                preview.Outcome = PreviewOutcome.Parked;
            }
            else if (answered is null)
            {
                await RequireFileAsync(situation, byPrincipal, now, context.CancellationToken);

                // Made and thrown away: nothing less tells whether the file keeps to its limit.
                var activation = plan.Carry(signer.Lifetime, now);
                var file = issuer.Issue(
                    activation, situation.License, situation.Features, received, plan.CarriedTrial?.Trial);
                await db.RequireIssuingAsync(file.KeyId, context.CancellationToken);
                preview.Outcome = plan.TakesSeat || plan.TakesOver ? PreviewOutcome.NewActivation : PreviewOutcome.NextFile;
            }
            else
            {
                situation.RequireAnswerable(now);
                preview.Outcome = PreviewOutcome.SameFile;
            }
        }
        catch (EntitlementException refusal)
        {
            preview.Outcome = PreviewOutcome.Refused;
            preview.Refusal = refusals.Of(refusal);
        }

        return preview;
    }

    public override async Task<ActivateResponse> Activate(ActivateRequest request, ServerCallContext context)
    {
        var answer = await AnswerAsync(request.LicenseRequest, context, LicenseRequestOperation.Activate);
        return new ActivateResponse
        {
            LicenseFile = answer.File,
            Activation = answer.Activation,
            RepeatedAnswer = answer.IsRepeated,
            NewerFileExists = answer.NewerFileExists,
            GenerationNotice = answer.Notice.ToMessage(),
        };
    }

    public override async Task<RefreshLicenseResponse> RefreshLicense(RefreshLicenseRequest request, ServerCallContext context)
    {
        var answer = await AnswerAsync(request.LicenseRequest, context, LicenseRequestOperation.Refresh);
        return new RefreshLicenseResponse
        {
            LicenseFile = answer.File,
            Activation = answer.Activation,
            RepeatedAnswer = answer.IsRepeated,
            NewerFileExists = answer.NewerFileExists,
            GenerationNotice = answer.Notice.ToMessage(),
        };
    }

    private async Task<Answer> AnswerAsync(
        ByteString file, ServerCallContext context, params LicenseRequestOperation[] operations)
    {
        var verified = await gate.VerifyAsync(LicenseRequestFile.Open(file.Span), context);
        var received = ReceivedRequest.Read(verified, signer.Issuer, operations);
        for (var attempt = 0; attempt < MaxAttempts; attempt++)
        {
            var (answered, situation) = await engine.ReadAsync(
                async (db, token) => (
                    await FindAnswerAsync(db, received, token), await Situation.LoadAsync(db, received, token)),
                context.CancellationToken);
            var byPrincipal = await IsByPrincipalAsync(situation.License.Name, context);
            try
            {
                var answer = answered is null
                    ? await TryIssueAsync(situation, received, file, byPrincipal, context)
                    : await AnswerAgainAsync(situation, answered, context.CancellationToken);
                if (answer is not null)
                {
                    return answer;
                }
            }
            catch (EntitlementException) when (attempt + 1 < MaxAttempts)
            {
                // What seemed to be missing may have gone to another account with the license while it was read.
                if (await db.IsHeldAsync(situation.License.Name, context.CancellationToken))
                {
                    throw;
                }
            }
        }

        throw Refusal.ConcurrentChange();
    }

    /// <summary>Null when something that the decision rests on was changed meanwhile.</summary>
    private async Task<Answer?> TryIssueAsync(
        Situation situation, ReceivedRequest received, ByteString sent, bool byPrincipal, ServerCallContext context)
    {
        var now = clock.GetUtcNow().ToWholeMilliseconds();
        var plan = situation.PlanFor(received);
        if (IsToPark(plan, received, now, byPrincipal))
        {
            var told = await parking.ParkAsync(
                db, situation.License, received, sent.Memory, context.CancellationToken);
            return told is null ? null : throw told;
        }

        await RequireFileAsync(situation, byPrincipal, now, context.CancellationToken);

        var (recorded, revision) = (situation.Recorded?.Generation ?? 0, situation.Recorded?.Revision ?? 0);
        var activation = plan.Carry(signer.Lifetime, now);
        var trial = plan.CarriedTrial?.Trial;
        var file = issuer.Issue(activation, situation.License, situation.Features, received, trial);
        var actor = byPrincipal ? context.GetCaller().Actor : $"instances/{received.InstanceThumbprint}";
        var approval = byPrincipal ? await FindApprovalAsync(received, activation, actor, now, context.CancellationToken) : null;
        var change = new ActivationChange(situation.License, plan, activation, revision, file, received, approval)
        {
            EndsTrial = situation.MayEndTrial && (plan.TakesSeat || plan.TakesOver),
            PersonId = byPrincipal && context.GetCaller() is Caller.User person ? person.Id : null,
        };
        if (!await writer.TryWriteAsync(change, actor, context.CancellationToken))
        {
            return null;
        }

        Tell(plan.Notice, activation.Name, received.Machine.Generation, recorded);
        return new Answer(
            UnsafeByteOperations.UnsafeWrap(file.Content),
            activation.ToMessage(received.Machine.Devices, trial),
            Notice: plan.Notice);
    }

    /// <returns>Whether a principal must approve the request; else it may be carried out.</returns>
    /// <exception cref="EntitlementException">Neither.</exception>
    private static bool IsToPark(ActivationPlan plan, ReceivedRequest received, DateTimeOffset now, bool byPrincipal)
    {
        if (received.IsRefresh)
        {
            plan.RequireStanding(now);
        }

        if (plan.NeedsApproval && !byPrincipal)
        {
            plan.RequireApprovable(now);
            return true;
        }

        plan.RequireAllowed(now, byPrincipal);
        return false;
    }

    /// <summary>A product's own files are bounded; a principal answers for what it asks for.</summary>
    private Task RequireFileAsync(
        Situation situation, bool byPrincipal, DateTimeOffset now, CancellationToken cancellationToken) =>
        byPrincipal ? Task.CompletedTask : allowance.RequireAsync(situation.Recorded, now, cancellationToken);

    /// <summary>The byte-identical file, while the activation stands and the license is in force.</summary>
    /// <returns>Null when the license went to another account while it was read.</returns>
    private async Task<Answer?> AnswerAgainAsync(
        Situation situation, AnsweredRequest answered, CancellationToken cancellationToken)
    {
        situation.RequireAnswerable(clock.GetUtcNow());

        // Read after the answer, and an activation is never without the files that were issued for it.
        if (situation.Recorded is not { } activation
            || await db.FindIssuedFileAsync(
                activation.AccountId, activation.Id, answered.Generation, cancellationToken) is not { } file)
        {
            return null;
        }

        return new Answer(
            UnsafeByteOperations.UnsafeWrap(file.Content),
            activation.ToMessage(situation.StandingDevices, situation.Trial?.Trial),
            IsRepeated: true,
            NewerFileExists: activation.Generation > answered.Generation);
    }

    /// <exception cref="EntitlementException">The instance key used this <c>jti</c> for another request.</exception>
    private static async Task<AnsweredRequest?> FindAnswerAsync(
        EntitlementDbContext db, ReceivedRequest received, CancellationToken cancellationToken)
    {
        var answered = await db.FindAnsweredRequestAsync(received.Machine.Thumbprint, received.Jti, cancellationToken);
        return answered is null || answered.ContentHash.AsSpan().SequenceEqual(received.ContentHash)
            ? answered
            : throw Refusal.LicenseRequestReused(received.Jti);
    }

    /// <summary>A call that carries credentials is judged by them; one without is the product's own.</summary>
    /// <exception cref="EntitlementException">The caller has credentials and lacks <c>license.activate</c>.</exception>
    private async Task<bool> IsByPrincipalAsync(LicenseName license, ServerCallContext context)
    {
        var caller = context.GetCaller();
        if (caller is Caller.Anonymous)
        {
            return false;
        }

        await access.RequireAsync(caller, Permission.LicenseActivate, license.ToString(), context.CancellationToken);
        return true;
    }

    private void Tell(GenerationNotice notice, ActivationName activation, int told, int recorded)
    {
        switch (notice)
        {
            case GenerationNotice.Behind:
                log.GenerationBehind($"{activation}", told, recorded);
                break;
            case GenerationNotice.Ahead:
                log.GenerationAhead($"{activation}", told, recorded);
                break;
            case GenerationNotice.None:
                break;
        }
    }

    private sealed record Answer(
        ByteString File,
        V1.Activation Activation,
        bool IsRepeated = false,
        bool NewerFileExists = false,
        GenerationNotice Notice = GenerationNotice.None);
}
