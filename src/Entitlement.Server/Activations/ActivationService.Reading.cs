using Entitlement.Domain.Errors;
using Entitlement.Domain.Names;
using Entitlement.Server.Paging;
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
        var page = PageRequest.Parse(request.PageSize, request.PageToken, request.ShowEnded ? $"{license}/activations?show_ended" : $"{license}/activations");
        if (!await db.Licenses.AnyAsync(
            row => row.AccountId == license.AccountId && row.Id == license.LicenseId, context.CancellationToken))
        {
            throw Refusal.NotFound(request.Parent);
        }

        var rows = await db.Activations
            .Where(row => row.AccountId == license.AccountId && row.LicenseId == license.LicenseId && row.Id > page.After)
            .Where(row => request.ShowEnded || row.End == null)
            .OrderBy(row => row.Id)
            .Take(page.Probe)
            .ToListAsync(context.CancellationToken);
        var (shown, next) = page.Cut(rows, row => row.Id);
        var response = new ListActivationsResponse { NextPageToken = next };
        response.Activations.AddRange(shown.Select(activation => activation.ToMessage()));
        return response;
    }

    /// <exception cref="EntitlementException"><see cref="FailureReason.NotFound"/>.</exception>
    private async Task<V1.Activation> ShowAsync(ActivationName name, ServerCallContext context)
    {
        var activation = await db.FindActivationAsync(name, context.CancellationToken) ?? throw Refusal.NotFound($"{name}");
        var devices = await db.ListDevicesAsync(name.AccountId, name.ActivationId, context.CancellationToken);
        return activation.ToMessage(devices.Select(device => device.ToDevice()));
    }
}
