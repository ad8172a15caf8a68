using Entitlement.Server.Access;
using Entitlement.Server.Hosting;
using Entitlement.Testing;
using Entitlement.V1;
using Grpc.AspNetCore.Server;
using Grpc.Core;
using Grpc.Core.Interceptors;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;

namespace Entitlement.Benchmarks.Checking;

/// <summary>
/// The same server with the same messages, of which nothing decides: its interceptors know a caller by the hash of the key, and
/// its service answers yes. What a check costs beyond it is the price of deciding.
/// </summary>
internal static class IdleChecks
{
    private static readonly string Token = new('x', 20);

    /// <param name="keys">API keys of the callers.</param>
    public static Task<EntitlementHost> StartAsync(IEnumerable<string> keys) => EntitlementHost.StartAsync(new HostSettings
    {
        Options = { ["Logging:LogLevel:Default"] = "Warning" },
        Services = services =>
        {
            var known = keys.Select(Parse).ToDictionary(
                key => key.Id, key => Domain.SignIn.SecretHash.Of(key.Secret), StringComparer.Ordinal);
            var real = services.Single(service =>
                service.ImplementationInstance is ServedService served && served.Descriptor() == AccessService.Descriptor);
            services.Remove(real);
            services.AddSingleton<Service>();
            services.AddSingleton((ServedService)real.ImplementationInstance! with { Map = routes => routes.MapGrpcService<Service>() });
            services.AddSingleton(new Callers(known));
            services.PostConfigure<GrpcServiceOptions>(grpc =>
            {
                grpc.Interceptors.Clear();
                grpc.Interceptors.Add<Passing>();
                grpc.Interceptors.Add<Authenticating>();
            });
        },
    });

    private static SecretToken Parse(string text) =>
        SecretToken.TryParse(text, out var token) ? token : throw new ArgumentException("is no key", nameof(text));

    /// <summary>Secrets' hashes by the id of the key.</summary>
    private sealed record Callers(IReadOnlyDictionary<string, byte[]> Known);

    private sealed class Passing : Interceptor
    {
        public override async Task<TResponse> UnaryServerHandler<TRequest, TResponse>(
            TRequest request, ServerCallContext context, UnaryServerMethod<TRequest, TResponse> continuation) =>
            await continuation(request, context);
    }

    private sealed class Authenticating(Callers callers) : Interceptor
    {
        private const string Scheme = "Bearer ";

        public override async Task<TResponse> UnaryServerHandler<TRequest, TResponse>(
            TRequest request, ServerCallContext context, UnaryServerMethod<TRequest, TResponse> continuation)
        {
            var authorization = context.GetHttpContext().Request.Headers.Authorization;
            var key = Parse(authorization[0]![Scheme.Length..]);
            return callers.Known.TryGetValue(key.Id, out var hash) && Domain.SignIn.SecretHash.Matches(hash, key.Secret)
                ? await continuation(request, context)
                : throw new RpcException(new Status(StatusCode.Unauthenticated, ""));
        }
    }

    private sealed class Service : AccessService.AccessServiceBase
    {
        public override Task<CheckPermissionResponse> CheckPermission(
            CheckPermissionRequest request, ServerCallContext context) =>
            Task.FromResult(new CheckPermissionResponse { Allowed = true, ConsistencyToken = Token });

        public override Task<BatchCheckPermissionsResponse> BatchCheckPermissions(
            BatchCheckPermissionsRequest request, ServerCallContext context) =>
            Task.FromResult(new BatchCheckPermissionsResponse
            {
                Allowed = { Enumerable.Repeat(true, request.Checks.Count) },
                ConsistencyToken = Token,
            });
    }
}
