using Entitlement.Domain.Errors;
using Entitlement.Server.Errors;

namespace Entitlement.Server.Hosting;

/// <summary>
/// Answers a request as unknown when its endpoint is not of the port it came in by. The port is known from the connection,
/// because the <c>Host</c> header is the caller's to choose.
/// </summary>
internal sealed class ListenerIsolation(RequestDelegate next, RefusalStatus refusals)
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
            context.Response.Refuse(refusals.Of(Refusal.MethodUnknown(context.Request.ToldMethod())));
            return Task.CompletedTask;
        }

        context.Response.StatusCode = StatusCodes.Status404NotFound;
        return Task.CompletedTask;
    }
}
