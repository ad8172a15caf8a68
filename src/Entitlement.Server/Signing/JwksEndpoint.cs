using Entitlement.Server.Hosting;
using Microsoft.Net.Http.Headers;

namespace Entitlement.Server.Signing;

/// <summary>Publishes the verification keys over plain HTTP, for verifiers that have no gRPC.</summary>
internal static class JwksEndpoint
{
    public const string Path = "/.well-known/jwks.json";

    /// <summary>Short enough that a new key is known before files signed with it are common, long enough that asking costs nothing.</summary>
    private const string CacheControl = "public, max-age=3600";

    public static void MapJwks(this IEndpointRouteBuilder routes) =>
        routes.MapMethods(Path, [HttpMethods.Get, HttpMethods.Head], AnswerAsync).WithMetadata(new ServedOn(Listener.Http));

    private static async Task AnswerAsync(HttpContext context)
    {
        var jwks = context.RequestServices.GetRequiredService<Jwks>();
        context.Response.Headers.CacheControl = CacheControl;
        context.Response.Headers.ETag = jwks.ETag;
        context.Response.Headers.XContentTypeOptions = "nosniff";
        if (IsKnown(context.Request, jwks.ETag))
        {
            context.Response.StatusCode = StatusCodes.Status304NotModified;
            return;
        }

        context.Response.ContentType = Jwks.ContentType;
        context.Response.ContentLength = jwks.Bytes.Length;
        if (HttpMethods.IsGet(context.Request.Method))
        {
            await context.Response.Body.WriteAsync(jwks.Bytes, context.RequestAborted);
        }
    }

    private static bool IsKnown(HttpRequest request, string etag) =>
        EntityTagHeaderValue.TryParseList(request.Headers.IfNoneMatch, out var known)
        && known.Any(tag => tag.Equals(EntityTagHeaderValue.Any) || tag.Compare(new EntityTagHeaderValue(etag), useStrongComparison: false));
}
