using Entitlement.Domain.Errors;
using Entitlement.Domain.Names;
using Entitlement.Server.Access;
using Entitlement.Storage;
using Entitlement.Storage.Queries;
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
        var byPrincipal = await IsByPrincipalAsync(receipt.Activation, context);
        var actor = byPrincipal ? context.GetCaller().Actor : $"instances/{receipt.InstanceThumbprint}";
        var outcome = await once.RunAsync(actor, (change, token) => change.ReturnAsync(receipt, token), context.CancellationToken);
        var now = await db.FindActivationOfKeyAsync(receipt.Activation, receipt.Thumbprint, context.CancellationToken)
            ?? throw Refusal.NotFound($"{receipt.Activation}");
        return new DeactivateResponse { Activation = await ShowAsync(now.Name, context), AlreadyEnded = outcome.Existed };
    }

    /// <summary>Of a name in a license file, which may be of a former holder: it is judged by the present one.</summary>
    /// <inheritdoc cref="IsByPrincipalAsync(LicenseName, ServerCallContext)"/>
    private async Task<bool> IsByPrincipalAsync(ActivationName told, ServerCallContext context) =>
        context.GetCaller() is not Caller.Anonymous
        && await IsByPrincipalAsync(await db.FindCurrentNameAsync(told.License, context.CancellationToken), context);

    public override async Task<ReleaseActivationResponse> ReleaseActivation(
        ReleaseActivationRequest request, ServerCallContext context)
    {
        var name = ActivationName.Parse(request.Name, "name");
        var reason = Text.Require(request.Reason, "reason", 1, Text.MaxReasonLength);
        await once.RunAsync(context, request, request.RequestId, (change, token) => change.ReleaseAsync(name, reason, token));
        var shown = await ShowAsync(name, context);

        var limit = await db.Licenses
            .Named(name.License)
            .Select(license => (int?)license.ReleaseLimit)
            .SingleOrDefaultAsync(context.CancellationToken) ?? throw Refusal.NotFound($"{name}");
        return new ReleaseActivationResponse
        {
            Activation = shown,
            ReleasesUsed = await db.CountReleasesAsync(name.License, clock.GetUtcNow(), context.CancellationToken),
            ReleaseLimit = limit,
        };
    }
}
