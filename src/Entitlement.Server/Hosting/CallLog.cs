using System.Globalization;
using Entitlement.Server.Access;
using Grpc.AspNetCore.Server;
using Grpc.Core;
using Microsoft.AspNetCore.Http.Features;

namespace Entitlement.Server.Hosting;

/// <summary>One line a call: its method, who called, how it ended, how long it took. Nothing of what was sent stands in it.</summary>
internal sealed class CallLog(RequestDelegate next, TimeProvider clock, ILogger<CallLog> logger)
{
    public async Task InvokeAsync(HttpContext context)
    {
        if (!logger.IsEnabled(LogLevel.Information)
            || context.GetEndpoint()?.Metadata.GetMetadata<GrpcMethodMetadata>() is not { } method)
        {
            await next(context);
            return;
        }

        var start = clock.GetTimestamp();
        try
        {
            await next(context);
        }
        finally
        {
            var caller = CallerOfCall.Find(context)?.Actor ?? "unknown";
            Log.Call(logger, method.Method.FullName, caller, CodeOf(context), clock.GetElapsedTime(start).TotalMilliseconds);
        }
    }

    /// <summary>A call that fails at once has its status in the headers, any other in the trailers; one that was cut off has none.</summary>
    private static StatusCode CodeOf(HttpContext context)
    {
        const string Status = "grpc-status";
        var text = context.Features.Get<IHttpResponseTrailersFeature>()?.Trailers[Status] is { Count: > 0 } trailer
            ? trailer
            : context.Response.Headers[Status];
        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var code)
            ? (StatusCode)code
            : StatusCode.Cancelled;
    }
}
