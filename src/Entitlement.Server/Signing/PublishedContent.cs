using System.Buffers.Text;
using System.Security.Cryptography;
using Microsoft.Net.Http.Headers;

namespace Entitlement.Server.Signing;

/// <summary>Answers with bytes that anybody may have and caches may keep, over plain HTTP.</summary>
internal static class PublishedContent
{
    /// <param name="context">The request and its answer.</param>
    /// <param name="content">Empty where there is none yet.</param>
    /// <param name="contentType">Its media type.</param>
    /// <param name="maxAge">How long caches may give it without asking again.</param>
    public static async Task AnswerAsync(
        HttpContext context, ReadOnlyMemory<byte> content, string contentType, TimeSpan maxAge)
    {
        if (content.IsEmpty)
        {
            context.Response.StatusCode = StatusCodes.Status404NotFound;
            return;
        }

        // A strong validator (RFC 9110, section 8.8.3), quotes included.
        var etag = $"\"{Base64Url.EncodeToString(SHA256.HashData(content.Span))}\"";
        context.Response.Headers.CacheControl = FormattableString.Invariant($"public, max-age={maxAge.TotalSeconds}");
        context.Response.Headers.ETag = etag;
        context.Response.Headers.XContentTypeOptions = "nosniff";
        if (IsKnown(context.Request, etag))
        {
            context.Response.StatusCode = StatusCodes.Status304NotModified;
            return;
        }

        context.Response.ContentType = contentType;
        context.Response.ContentLength = content.Length;
        if (HttpMethods.IsGet(context.Request.Method))
        {
            await context.Response.Body.WriteAsync(content, context.RequestAborted);
        }
    }

    private static bool IsKnown(HttpRequest request, string etag) =>
        EntityTagHeaderValue.TryParseList(request.Headers.IfNoneMatch, out var known)
        && known.Any(tag => tag.Equals(EntityTagHeaderValue.Any) || tag.Compare(new EntityTagHeaderValue(etag), useStrongComparison: false));
}
