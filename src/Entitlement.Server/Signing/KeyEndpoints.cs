using Entitlement.Domain.Errors;
using Entitlement.Server.Hosting;
using Entitlement.Storage;

namespace Entitlement.Server.Signing;

/// <summary>Publishes the verification keys, and which of them are revoked, for verifiers that have no gRPC.</summary>
internal static class KeyEndpoints
{
    public const string JwksPath = "/.well-known/jwks.json";

    public const string RevocationListPath = "/.well-known/keys.krl";

    private const string RevocationListType = "application/krl+jwt";

    public const string RevokedFilesPath = "/.well-known/licenses.rl";

    private const string RevokedFilesType = "application/rl+jwt";

    /// <summary>Short enough that a prepared key is known long before it signs, long enough that asking costs nothing.</summary>
    private static readonly TimeSpan JwksAge = TimeSpan.FromHours(1);

    /// <summary>A theft must not stay unknown for long.</summary>
    private static readonly TimeSpan RevocationListAge = TimeSpan.FromMinutes(5);

    public static void MapKeys(this IEndpointRouteBuilder routes)
    {
        Map(routes, JwksPath, Jwks.ContentType, JwksAge, (services, token) =>
            WhenReadyAsync(services, () => services.GetRequiredService<Jwks>().Current, token));
        Map(routes, RevocationListPath, RevocationListType, RevocationListAge, (services, token) =>
            WhenReadyAsync(services, () => services.GetRequiredService<KeyRevocations>().File, token));
        Map(routes, RevokedFilesPath, RevokedFilesType, RevocationListAge, (services, token) =>
            services.GetRequiredService<RevokedFiles>().GetAsync(token));
    }

    private static async Task<ReadOnlyMemory<byte>> WhenReadyAsync(
        IServiceProvider services, Func<ReadOnlyMemory<byte>> content, CancellationToken cancellationToken)
    {
        await services.GetRequiredService<KeyRecords>().ReadyAsync(cancellationToken);
        return content();
    }

    private static void Map(
        IEndpointRouteBuilder routes,
        string path,
        string type,
        TimeSpan age,
        Func<IServiceProvider, CancellationToken, Task<ReadOnlyMemory<byte>>> content)
    {
        routes.MapMethods(path, [HttpMethods.Get, HttpMethods.Head], AnswerAsync).WithMetadata(new ServedOn(Listener.Http));

        async Task AnswerAsync(HttpContext context)
        {
            var services = context.RequestServices;
            try
            {
                var bytes = await content(services, context.RequestAborted);
                await PublishedContent.AnswerAsync(context, bytes, type, age);
            }
            catch (Exception failure) when (
                failure is EntitlementException || services.GetRequiredService<StorageEngine>().Classify(failure) != StorageFault.None)
            {
                context.Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
            }
        }
    }
}
