using Entitlement.Domain.Errors;
using Entitlement.Domain.Names;
using Entitlement.Server.Paging;
using Entitlement.Storage;
using Entitlement.Storage.Queries;
using Entitlement.V1;
using Grpc.Core;
using Microsoft.EntityFrameworkCore;

namespace Entitlement.Server.Activations;

/// <summary>The half that changes nothing and that only principals call.</summary>
internal sealed partial class ActivationService
{
    public override async Task<GetActivationResponse> GetActivation(GetActivationRequest request, ServerCallContext context)
    {
        var name = ActivationName.Parse(request.Name, "name");
        return new GetActivationResponse { Activation = await ShowAsync(name, context) };
    }

    public override async Task<ListActivationsResponse> ListActivations(ListActivationsRequest request, ServerCallContext context)
    {
        var license = LicenseName.Parse(request.Parent, "parent");
        var page = PageRequest.Parse(request.PageSize, request.PageToken, NameOfList(license, request));
        if (!await db.IsHeldAsync(license, context.CancellationToken))
        {
            throw Refusal.NotFound(request.Parent);
        }

        var rows = await db.Activations
            .Where(row => row.AccountId == license.AccountId && row.LicenseId == license.LicenseId && row.Id > page.After)
            .Where(row => request.ShowEnded || row.End == null)
            .Where(row => !request.CloneSuspectedOnly || row.CloneSuspectedTime != null)
            .Where(row => !request.AwaitsMachineOnly || (row.Generation == 0 && row.End == null))
            .OrderBy(row => row.Id)
            .Take(page.Probe)
            .ToListAsync(context.CancellationToken);
        var (shown, next) = page.Cut(rows, row => row.Id);
        var response = new ListActivationsResponse { NextPageToken = next };
        var trials = await db.ListTrialsAsync(shown.Select(row => row.TrialId), context.CancellationToken);
        response.Activations.AddRange(shown.Select(
            row => row.ToMessage(row.TrialId is { } id ? trials.GetValueOrDefault(id) : null)));
        return response;
    }

    /// <summary>A page token goes on with the list that it was given for, and with no other.</summary>
    private static string NameOfList(LicenseName license, ListActivationsRequest request) =>
        $"{license}/activations"
        + (request.ShowEnded ? "?show_ended" : "")
        + (request.CloneSuspectedOnly ? "?clone_suspected_only" : "")
        + (request.AwaitsMachineOnly ? "?awaits_machine_only" : "");

    /// <returns>Null when the product never reported.</returns>
    private async Task<V1.ProductReport?> FindReportAsync(ActivationName name, ServerCallContext context)
    {
        var contact = await db.ProductContacts.SingleOrDefaultAsync(
            row => row.AccountId == name.AccountId && row.ActivationId == name.ActivationId, context.CancellationToken);
        return contact?.ToMessage();
    }

    /// <exception cref="EntitlementException"><see cref="FailureReason.NotFound"/>.</exception>
    private async Task<V1.Activation> ShowAsync(ActivationName name, ServerCallContext context)
    {
        var activation = await db.FindActivationAsync(name, context.CancellationToken) ?? throw Refusal.NotFound($"{name}");
        var devices = await db.ListDevicesAsync(name.AccountId, name.ActivationId, context.CancellationToken);
        var trial = await db.FindTrialAsync(activation.TrialId, context.CancellationToken);
        var message = activation.ToMessage(devices.Select(device => device.ToDevice()), trial);
        message.Leases.AddRange((await db.ListLeasesAsync(name, context.CancellationToken)).RunningAt(clock.GetUtcNow()));
        message.LastReport = await FindReportAsync(name, context);
        return message;
    }
}
