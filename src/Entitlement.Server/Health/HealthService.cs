using Entitlement.Domain.Errors;
using Entitlement.Server.Hosting;
using Grpc.Core;
using Grpc.Health.V1;
using ServingStatus = Grpc.Health.V1.HealthCheckResponse.Types.ServingStatus;

namespace Entitlement.Server.Health;

/// <summary>
/// The gRPC health checking protocol (github.com/grpc/grpc, doc/health-checking.md). Written here because its package is
/// not on every registry. All services of the server stand on the same database and keys, so they share one state.
/// </summary>
internal sealed class HealthService(
    ServingState state, ServedServices services, HealthWatchers watchers) : Grpc.Health.V1.Health.HealthBase
{
    /// <summary>No service of anybody's has a longer name; a caller may send one of megabytes.</summary>
    private const int MaxToldLength = 256;

    public override Task<HealthCheckResponse> Check(HealthCheckRequest request, ServerCallContext context) =>
        services.Has(request.Service)
            ? Task.FromResult(Answer(StatusOf(state.Read().State)))
            : throw Refusal.NotFound(request.Service[..Math.Min(request.Service.Length, MaxToldLength)]);

    public override async Task Watch(
        HealthCheckRequest request, IServerStreamWriter<HealthCheckResponse> responseStream, ServerCallContext context)
    {
        using var place = watchers.Enter();
        var known = services.Has(request.Service);
        ServingStatus? told = null;
        while (true)
        {
            var (now, changed) = state.Read();
            var status = known ? StatusOf(now) : ServingStatus.ServiceUnknown;
            if (status != told)
            {
                await responseStream.WriteAsync(Answer(status), context.CancellationToken);
                told = status;
            }

            // Nothing can change any more, and an open stream would keep the server from stopping.
            if (now.IsStopping)
            {
                return;
            }

            await changed.WaitAsync(context.CancellationToken);
        }
    }

    private static ServingStatus StatusOf(ServingState.Snapshot state) =>
        state.IsServing ? ServingStatus.Serving : ServingStatus.NotServing;

    private static HealthCheckResponse Answer(ServingStatus status) => new() { Status = status };
}
