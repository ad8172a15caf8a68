using Grpc.Core;

namespace Entitlement.Server.Hosting;

/// <summary>
/// Answers a request as unknown when its endpoint is not of the port it came in by. The port is known from the connection,
/// because the <c>Host</c> header is the caller's to choose.
/// </summary>
internal sealed class ListenerIsolation(RequestDelegate next)
{
    public Task InvokeAsync(HttpContext context)
    {
        var port = context.Features.Get<ArrivedBy>()?.Listener ?? Listener.None;
        var served = context.GetEndpoint()?.Metadata.GetMetadata<ServedOn>()?.Listeners ?? Listener.None;
        if (port != Listener.None && served.HasFlag(port))
        {
            return next(context);
        }

        if (port is Listener.Grpc or Listener.Health)
        {
            // A gRPC caller is told in gRPC's own way: status in the headers, no body.
            context.Response.ContentType = "application/grpc";
            context.Response.Headers["grpc-status"] = ((int)StatusCode.Unimplemented).ToString("D", null);
            context.Response.Headers["grpc-message"] = "This port does not serve this method.";
            return Task.CompletedTask;
        }

        context.Response.StatusCode = StatusCodes.Status404NotFound;
        return Task.CompletedTask;
    }
}
