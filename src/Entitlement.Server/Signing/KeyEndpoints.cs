using Entitlement.Server.Hosting;
using Entitlement.Storage;

namespace Entitlement.Server.Signing;

/// <summary>Publishes the verification keys, and which of them are revoked, for verifiers that have no gRPC.</summary>
internal static class KeyEndpoints
{
    public const string JwksPath = "/.well-known/jwks.json";

    public const string RevocationListPath = "/.well-known/keys.krl";

    private const string RevocationListType = "application/krl+jwt";

    /// <summary>Short enough that a prepared key is known long before it signs, long enough that asking costs nothing.</summary>
    private static readonly TimeSpan JwksAge = TimeSpan.FromHours(1);

    /// <summary>A theft must not stay unknown for long.</summary>
    private static readonly TimeSpan RevocationListAge = TimeSpan.FromMinutes(5);

    public static void MapKeys(this IEndpointRouteBuilder routes)
    {
        Map(routes, JwksPath, Jwks.ContentType, JwksAge, services => services.GetRequiredService<Jwks>().Current);
        Map(routes, RevocationListPath, RevocationListType, RevocationListAge,
            services => services.GetRequiredService<KeyRevocations>().File);
    }

    private static void Map(
        IEndpointRouteBuilder routes, string path, string type, TimeSpan age, Func<IServiceProvider, ReadOnlyMemory<byte>> content)
    {
        routes.MapMethods(path, [HttpMethods.Get, HttpMethods.Head], AnswerAsync).WithMetadata(new ServedOn(Listener.Http));

        async Task AnswerAsync(HttpContext context)
        {
            var services = context.RequestServices;
            try
            {
                await services.GetRequiredService<KeyRecords>().ReadyAsync(context.RequestAborted);
            }
            catch (Exception failure) when (services.GetRequiredService<StorageEngine>().Classify(failure) != StorageFault.None)
            {
                context.Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
                return;
            }

            await PublishedContent.AnswerAsync(context, content(services), type, age);
        }
    }
}
