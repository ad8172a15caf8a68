using System.Globalization;
using Entitlement.Domain.Errors;
using Entitlement.Server.Hosting;
using Google.Protobuf;
using Grpc.AspNetCore.Server;
using Grpc.Core;

namespace Entitlement.Server.Errors;

/// <summary>
/// Gives the contract's details to the refusals that gRPC's runtime makes before any interceptor runs: a message that
/// is too large or none at all, a method that is not served. It is told by the status code alone; what else the runtime
/// refuses keeps its own words.
/// </summary>
internal sealed class RuntimeRefusals(RequestDelegate next, RefusalStatus refusals)
{
    public async Task InvokeAsync(HttpContext context)
    {
        await next(context);

        // The runtime writes a status that comes before the first byte of an answer into the headers.
        var response = context.Response;
        if (!response.HasStarted
            && response.Headers[GrpcResponse.Status] is [{ } code]
            && !response.Headers.ContainsKey(FailureTranslator.DetailsTrailer)
            && Find(code, context) is { } refusal)
        {
            response.Refuse(refusals.Of(refusal));
        }
    }

    private static EntitlementException? Find(string code, HttpContext context) => ParseCode(code) switch
    {
        StatusCode.ResourceExhausted => Refusal.MessageTooLarge(Listeners.MaxMessageSize),

        // Nothing but reading the message lies before the interceptors, which turn every other fault into a status of
        // ours.
        StatusCode.Unknown =>
            Refusal.InvalidArgument("request", "must be a message of the type that this method takes"),

        // Of a method that is served, it is the compression that is not known.
        StatusCode.Unimplemented when context.GetEndpoint()?.Metadata.GetMetadata<GrpcMethodMetadata>() is null =>
            Refusal.MethodUnknown(context.Request.ToldMethod()),
        _ => null,
    };

    private static StatusCode? ParseCode(string text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var code) ? (StatusCode)code : null;
}

/// <summary>gRPC's own way to refuse a call: status in the headers, no body.</summary>
internal static class GrpcResponse
{
    public const string Status = "grpc-status";

    /// <summary>The called path is what the caller made of it; no method's name is longer.</summary>
    private const int MaxToldLength = 256;

    public static void Refuse(this HttpResponse response, Google.Rpc.Status told)
    {
        response.ContentType = "application/grpc";
        response.Headers[Status] = told.Code.ToString(CultureInfo.InvariantCulture);
        response.Headers["grpc-message"] = told.Message;
        response.Headers[FailureTranslator.DetailsTrailer] = Convert.ToBase64String(told.ToByteArray());
    }

    public static string ToldMethod(this HttpRequest request)
    {
        var path = request.Path.Value ?? "";
        return path.Length <= MaxToldLength ? path : path[..MaxToldLength];
    }
}
