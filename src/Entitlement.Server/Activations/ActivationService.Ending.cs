using Entitlement.Domain.Names;
using Entitlement.Server.Access;
using Entitlement.V1;
using Grpc.Core;
using Microsoft.EntityFrameworkCore;

namespace Entitlement.Server.Activations;

/// <summary>The half that gives seats back.</summary>
internal sealed partial class ActivationService
{
    public override async Task<DeactivateResponse> Deactivate(DeactivateRequest request, ServerCallContext context)
    {
        var receipt = await ReceivedReceipt.ReadAsync(request.ReturnReceipt, gate, context);
        var name = receipt.Activation;
        var byPrincipal = await IsByPrincipalAsync(name.License, context);
        var actor = byPrincipal ? context.GetCaller().Actor : $"instances/{receipt.InstanceThumbprint}";
        var outcome = await once.RunAsync(actor, (change, token) => change.ReturnAsync(receipt, token), context.CancellationToken);
        return new DeactivateResponse { Activation = await ShowAsync(name, context), AlreadyEnded = outcome.Existed };
    }

    public override async Task<ReleaseActivationResponse> ReleaseActivation(
        ReleaseActivationRequest request, ServerCallContext context)
    {
        var name = ActivationName.Parse(request.Name, "name");
        var reason = Text.Require(request.Reason, "reason", 1, Text.MaxReasonLength);
        await once.RunAsync(context, request, request.RequestId, (change, token) => change.ReleaseAsync(name, reason, token));

        var limit = await db.Licenses
            .Where(license => license.AccountId == name.AccountId && license.Id == name.LicenseId)
            .Select(license => license.ReleaseLimit)
            .SingleAsync(context.CancellationToken);
        return new ReleaseActivationResponse
        {
            Activation = await ShowAsync(name, context),
            ReleasesUsed = await db.CountReleasesAsync(name.License, clock.GetUtcNow(), context.CancellationToken),
            ReleaseLimit = limit,
        };
    }
}
