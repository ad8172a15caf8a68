using Entitlement.Server.Access;
using Entitlement.V1;
using Grpc.Core;

namespace Entitlement.Server.Activations;

/// <summary>The half by which products tell that they live.</summary>
internal sealed partial class ActivationService
{
    public override async Task<ReportStatusResponse> ReportStatus(ReportStatusRequest request, ServerCallContext context)
    {
        var call = await ReceivedCall.ReadAsync(request.Proof, request.Report, signer.Issuer, gate, context);
        var status = ReportedStatus.Parse(request.Report);
        var byPrincipal = await IsByPrincipalAsync(call.Activation.License, context);
        var actor = byPrincipal ? context.GetCaller().Actor : $"instances/{call.InstanceThumbprint}";
        return await reporting.RunAsync(call, status, actor, context.CancellationToken);
    }
}
