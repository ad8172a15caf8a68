using Entitlement.Domain.Errors;
using Entitlement.Domain.Names;
using Entitlement.Formats;
using Entitlement.Server.Access;
using Entitlement.Server.Idempotency;
using Entitlement.Server.Licenses;
using Entitlement.Server.Paging;
using Entitlement.Storage;
using Entitlement.Storage.Queries;
using Entitlement.V1;
using Google.Protobuf;
using Grpc.Core;
using Microsoft.EntityFrameworkCore;
using Activation = Entitlement.Domain.Activations.Activation;
using ParkedRequest = Entitlement.Domain.Activations.ParkedRequest;
using ParkedRequestState = Entitlement.Domain.Activations.ParkedRequestState;

namespace Entitlement.Server.Activations;

/// <summary>The half that decides on parked requests.</summary>
internal sealed partial class ActivationService
{
    public override async Task<ApproveParkedRequestResponse> ApproveParkedRequest(
        ApproveParkedRequestRequest request, ServerCallContext context)
    {
        var name = ParkedRequestName.Parse(request.Name, "name");
        var parked = await FindParkedAsync(name, context);
        var answer = parked.State == ParkedRequestState.Approved
            ? await AnswerApprovedAsync(parked, context.CancellationToken)
            : await ApproveAsync(parked, context);
        return new ApproveParkedRequestResponse
        {
            LicenseFile = answer.File,
            Activation = answer.Activation,
            RepeatedAnswer = answer.IsRepeated,
            ParkedRequest = await ShowParkedAsync(name, context),
        };
    }

    public override async Task<RejectParkedRequestResponse> RejectParkedRequest(
        RejectParkedRequestRequest request, ServerCallContext context)
    {
        var name = ParkedRequestName.Parse(request.Name, "name");
        var reason = Text.Require(request.Reason, "reason", 1, Text.MaxReasonLength);
        await once.RunAsync(context, request, request.RequestId, async (change, token) =>
        {
            var parked = await change.Db.FindParkedRequestAsync(name, token) ?? throw Refusal.NotFound($"{name}");
            var before = parked.State;
            var isChanged = parked.Reject(reason, change.Actor, change.Now, parking.Retention);
            if (isChanged)
            {
                var details = AuditJson.Of(new ParkedRequestDecided(parked.Jti, $"{before}", Activation: null));
                change.Audit(name.AccountId, "parked_request.reject", $"{name}", details, reason);
            }

            return new Outcome($"{name}", Existed: !isChanged);
        });
        return new RejectParkedRequestResponse
        {
            ParkedRequest = await ShowParkedAsync(name, context),
        };
    }

    public override async Task<GetParkedRequestResponse> GetParkedRequest(
        GetParkedRequestRequest request, ServerCallContext context)
    {
        var name = ParkedRequestName.Parse(request.Name, "name");
        var message = await ShowParkedAsync(name, context);
        message.LicenseRequest = UnsafeByteOperations.UnsafeWrap((await FindParkedAsync(name, context)).Content);
        return new GetParkedRequestResponse { ParkedRequest = message };
    }

    public override async Task<ListParkedRequestsResponse> ListParkedRequests(
        ListParkedRequestsRequest request, ServerCallContext context)
    {
        var page = PageRequest.Parse(
            request.PageSize, request.PageToken, $"{request.Parent}/parkedRequests?state={request.State}");
        var now = clock.GetUtcNow();
        var query = ParkedRequestRow.Filter(await OfParentAsync(request.Parent, context), request.State, now);
        var rows = await query
            .Where(row => row.Id > page.After)
            .OrderBy(row => row.Id)
            .Take(page.Probe)
            .Select(ParkedRequestRow.Of)
            .ToListAsync(context.CancellationToken);
        var (shown, next) = page.Cut(rows, row => row.Id);
        return new ListParkedRequestsResponse
        {
            ParkedRequests = { shown.Select(row => row.ToMessage(now)) },
            NextPageToken = next,
        };
    }

    /// <exception cref="EntitlementException"><see cref="FailureReason.NotFound"/>.</exception>
    private async Task<ParkedRequest> FindParkedAsync(ParkedRequestName name, ServerCallContext context) =>
        await db.FindParkedRequestAsync(name, context.CancellationToken) ?? throw Refusal.NotFound($"{name}");

    /// <inheritdoc cref="FindParkedAsync"/>
    private async Task<V1.ParkedRequest> ShowParkedAsync(ParkedRequestName name, ServerCallContext context)
    {
        var row = await db.ParkedRequests
            .Where(row => row.AccountId == name.AccountId && row.LicenseId == name.LicenseId && row.Id == name.RequestId)
            .Select(ParkedRequestRow.Of)
            .SingleOrDefaultAsync(context.CancellationToken);
        return row?.ToMessage(clock.GetUtcNow()) ?? throw Refusal.NotFound($"{name}");
    }

    private async Task<Answer> ApproveAsync(ParkedRequest parked, ServerCallContext context)
    {
        parked.RequireApprovable(clock.GetUtcNow());
        var answer = await AnswerAsync(
            UnsafeByteOperations.UnsafeWrap(parked.Content),
            context,
            LicenseRequestOperation.Activate,
            LicenseRequestOperation.Refresh);
        if (answer.IsRepeated)
        {
            await NoteAnsweredAsync(parked.Name, ActivationName.Parse(answer.Activation.Name, "activation"), context);
        }

        return answer;
    }

    /// <summary>It was answered without the parked request, because the license no longer asks for approvals.</summary>
    private Task<Outcome> NoteAnsweredAsync(
        ParkedRequestName name, ActivationName activation, ServerCallContext context) =>
        once.RunAsync(
            context.GetCaller().Actor,
            async (change, token) =>
            {
                var parked = await change.Db.FindParkedRequestAsync(name, token) ?? throw Refusal.NotFound($"{name}");
                if (parked.State == ParkedRequestState.Approved)
                {
                    return new Outcome($"{name}", Existed: true);
                }

                var details = AuditJson.Of(
                    new ParkedRequestDecided(parked.Jti, $"{parked.State}", activation.ActivationId));
                parked.Approve(activation, change.Actor, change.Now, parking.Retention);
                change.Audit(name.AccountId, ActivationWriter.ApprovedAction, $"{name}", details);
                return new Outcome($"{name}", Existed: false);
            },
            context.CancellationToken);

    /// <summary>Its file is not kept any more, but the answer is.</summary>
    private async Task<Answer> AnswerApprovedAsync(ParkedRequest parked, CancellationToken cancellationToken)
    {
        var answered = await db.FindAnsweredRequestAsync(parked.Thumbprint, parked.Jti, cancellationToken);
        var situation = await Situation.LoadAsync(db, parked, cancellationToken);
        return await AnswerAgainAsync(situation, answered!, cancellationToken) ?? throw Refusal.ConcurrentChange();
    }

    /// <summary>
    /// The very request, if it is parked: a principal who hands it in approves it, whatever it was before.
    /// </summary>
    private async Task<ApprovalChange?> FindApprovalAsync(
        ReceivedRequest received,
        Activation activation,
        string actor,
        DateTimeOffset now,
        CancellationToken cancellationToken)
    {
        var parked = await db.FindParkedRequestAsync(received.Machine.Thumbprint, received.Jti, cancellationToken);
        return parked is null || !parked.ContentHash.AsSpan().SequenceEqual(received.ContentHash)
            ? null
            : ApprovalChange.Of(parked, activation, actor, now, parking.Retention);
    }

    /// <exception cref="EntitlementException">What its product is told of a request that is parked already.</exception>
    private async Task RequireNotParkedAsync(
        Situation situation, ReceivedRequest received, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var parked = await RequestParking.FindAsync(db, situation.License.Name, received, now, cancellationToken);
        if (parked is not null && parking.Tell(parked) is { } told)
        {
            throw told;
        }
    }

    private async Task<IQueryable<ParkedRequest>> OfParentAsync(string parent, ServerCallContext context)
    {
        var scope = await LicenseScope.FindAsync(db, parent, context.CancellationToken);
        return scope switch
        {
            { Account: null } => db.ParkedRequests,
            { License: null } => db.ParkedRequests.Where(row => row.AccountId == scope.Account),
            _ => db.ParkedRequests.Where(row => row.AccountId == scope.Account && row.LicenseId == scope.License),
        };
    }
}
