using Entitlement.V1;
using Grpc.Core;

namespace Entitlement.Server.Signing;

/// <summary>Publishes the verification keys over gRPC.</summary>
internal sealed class KeyService(Jwks jwks) : V1.KeyService.KeyServiceBase
{
    public override Task<GetJwksResponse> GetJwks(GetJwksRequest request, ServerCallContext context) =>
        Task.FromResult(new GetJwksResponse { Jwks = jwks.Text });
}
