using Entitlement.Server.Access;
using Entitlement.V1;
using Google.Protobuf;
using Grpc.Core;

namespace Entitlement.Server.Activations;

/// <summary>The half by which products tell that they live.</summary>
internal sealed partial class ActivationService
{
    public override async Task<ReportStatusResponse> ReportStatus(
        ReportStatusRequest request, ServerCallContext context)
    {
        var call = await ReceivedCall.ReadAsync(request.Proof, request.Report, signer.Issuer, gate, context);
        var status = ReportedStatus.Parse(request.Report);
        var byPrincipal = await IsByPrincipalAsync(call.Activation, context);
        var actor = byPrincipal ? context.GetCaller().Actor : $"instances/{call.InstanceThumbprint}";
        var answer = await reporting.RunAsync(call, status, actor, context.CancellationToken);

        // Beside what is kept of the answer: a product must not go without the newest because its answer was lost.
        await keys.ReadyAsync(context.CancellationToken);
        if (status.RevocationListNumber < revocations.Number)
        {
            answer.KeyRevocationList = UnsafeByteOperations.UnsafeWrap(revocations.File);
        }

        return answer;
    }
}
