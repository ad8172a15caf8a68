using Entitlement.Domain.Errors;
using Entitlement.Domain.Names;
using Entitlement.Server.Idempotency;
using Entitlement.Server.Licenses;
using Entitlement.Server.Paging;
using Entitlement.Storage;
using Entitlement.Storage.Queries;
using Entitlement.V1;
using Grpc.Core;
using Microsoft.EntityFrameworkCore;
using Trial = Entitlement.Domain.Trials.Trial;

namespace Entitlement.Server.Trials;

internal sealed class TrialService(EntitlementDbContext db, OnceWriter once, TimeProvider clock)
    : V1.TrialService.TrialServiceBase
{
    public override async Task<GetTrialResponse> GetTrial(GetTrialRequest request, ServerCallContext context) =>
        new() { Trial = await ShowAsync(TrialName.Parse(request.Name, "name"), context) };

    public override async Task<ListTrialsResponse> ListTrials(ListTrialsRequest request, ServerCallContext context)
    {
        var page = PageRequest.Parse(
            request.PageSize, request.PageToken, $"{request.Parent}/trials?state={request.State}");
        var now = clock.GetUtcNow();
        var rows = await Filter(await OfParentAsync(request.Parent, context), request.State, now)
            .Where(trial => trial.Id > page.After)
            .OrderBy(trial => trial.Id)
            .Take(page.Probe)
            .ToListAsync(context.CancellationToken);
        var (shown, next) = page.Cut(rows, trial => trial.Id);
        return new ListTrialsResponse
        {
            Trials = { shown.Select(trial => trial.ToMessage(now)) },
            NextPageToken = next,
        };
    }

    public override async Task<ExtendTrialResponse> ExtendTrial(ExtendTrialRequest request, ServerCallContext context)
    {
        var name = TrialName.Parse(request.Name, "name");
        var end = WantedLicense.ReadTime(request.EndTime, "end_time")
            ?? throw Refusal.InvalidArgument("end_time", "is required");
        var reason = Text.Require(request.Reason, "reason", 1, Text.MaxReasonLength);
        await once.RunAsync(
            context, request, request.RequestId, (change, token) => ExtendAsync(change, name, end, reason, token));
        return new ExtendTrialResponse { Trial = await ShowAsync(name, context) };
    }

    private static async Task<Outcome> ExtendAsync(
        Change change, TrialName name, DateTimeOffset end, string reason, CancellationToken cancellationToken)
    {
        var trial = await change.Db.FindTrialAsync(name, cancellationToken) ?? throw Refusal.NotFound($"{name}");
        var before = trial.EndTime;
        var isChanged = trial.Extend(end, change.Now);
        if (isChanged)
        {
            var details = TrialJson.Of(new TrialExtended(before, trial.EndTime, trial.Extensions));
            change.Audit(name.AccountId, "trial.extend", $"{name}", details, reason);
        }

        return new Outcome($"{name}", Existed: !isChanged);
    }

    private static IQueryable<Trial> Filter(IQueryable<Trial> trials, TrialState state, DateTimeOffset now) =>
        state switch
        {
            TrialState.Running => trials.Where(trial => trial.EndTime > now),
            TrialState.Ended => trials.Where(trial => trial.EndTime <= now),
            TrialState.Unspecified => trials,
            _ => throw Refusal.InvalidArgument("state", "must be a value of TrialState"),
        };

    private async Task<IQueryable<Trial>> OfParentAsync(string parent, ServerCallContext context)
    {
        var scope = await LicenseScope.FindAsync(db, parent, context.CancellationToken);
        return scope switch
        {
            { Account: null } => db.Trials,
            { License: null } => db.Trials.Where(trial => trial.AccountId == scope.Account),
            _ => db.Trials.Where(trial => trial.AccountId == scope.Account && trial.LicenseId == scope.License),
        };
    }

    /// <exception cref="EntitlementException"><see cref="FailureReason.NotFound"/>.</exception>
    private async Task<V1.Trial> ShowAsync(TrialName name, ServerCallContext context)
    {
        var trial = await db.FindTrialAsync(name, context.CancellationToken) ?? throw Refusal.NotFound($"{name}");
        return trial.ToMessage(clock.GetUtcNow());
    }
}
