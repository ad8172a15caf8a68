using Entitlement.Server.Access.Cache;
using Grpc.Core;
using Grpc.Core.Interceptors;

namespace Entitlement.Server.Access;

/// <summary>
/// Refuses a call whose caller lacks what the method's <c>requires</c> option asks for, before the method's body runs: calls of
/// every kind, and of a stream each message, because each may name another resource.
/// </summary>
internal sealed class AccessInterceptor(
    AccessTable table, CallerResolver callers, AccessDecider decider, AccessViews views) : Interceptor
{
    /// <summary>The metadata by which a call says that it must not be judged by less than an earlier answer was.</summary>
    public const string TokenHeader = "consistency-token";

    public override async Task<TResponse> UnaryServerHandler<TRequest, TResponse>(
        TRequest request, ServerCallContext context, UnaryServerMethod<TRequest, TResponse> continuation)
    {
        var guard = await OpenAsync(context);
        await guard.RequireAsync(request);
        return await continuation(request, context);
    }

    public override async Task ServerStreamingServerHandler<TRequest, TResponse>(
        TRequest request,
        IServerStreamWriter<TResponse> responseStream,
        ServerCallContext context,
        ServerStreamingServerMethod<TRequest, TResponse> continuation)
    {
        var guard = await OpenAsync(context);
        await guard.RequireAsync(request);
        await continuation(request, responseStream, context);
    }

    public override async Task<TResponse> ClientStreamingServerHandler<TRequest, TResponse>(
        IAsyncStreamReader<TRequest> requestStream,
        ServerCallContext context,
        ClientStreamingServerMethod<TRequest, TResponse> continuation)
    {
        var guard = await OpenAsync(context);
        return await continuation(await GuardAsync(requestStream, guard, context), context);
    }

    public override async Task DuplexStreamingServerHandler<TRequest, TResponse>(
        IAsyncStreamReader<TRequest> requestStream,
        IServerStreamWriter<TResponse> responseStream,
        ServerCallContext context,
        DuplexStreamingServerMethod<TRequest, TResponse> continuation)
    {
        var guard = await OpenAsync(context);
        await continuation(await GuardAsync(requestStream, guard, context), responseStream, context);
    }

    /// <summary>Asks who calls, and refuses whoever may not call this method at all.</summary>
    private async ValueTask<CallGuard> OpenAsync(ServerCallContext context)
    {
        // A method that is not in the table can't be called: there is no default that would let it through.
        var access = table.Methods[context.Method];
        var http = context.GetHttpContext();

        // Nothing of a standard service depends on who asks; so health can be told while nobody can be looked up.
        var caller = access.IsStandard ? Caller.Anonymous.Instance : await callers.ResolveAsync(http, FreshnessOf(access, http));
        CallerOfCall.Set(http, caller);

        var guard = new CallGuard(access, caller, decider, context);
        await guard.RequireInstallationAsync();
        return guard;
    }

    /// <summary>
    /// A change that begins after a revocation was answered is judged by it, at whatever server; so it goes by what stands now.
    /// What only reads may say how fresh it must be.
    /// </summary>
    private Freshness FreshnessOf(MethodAccess access, HttpContext http)
    {
        var freshness = access.Reads ? default : views.FromNowOn();
        var token = http.Request.Headers[TokenHeader];
        return token.Count == 0 ? freshness : freshness.And(ConsistencyToken.Parse($"{token}", TokenHeader));
    }

    private static async Task<IAsyncStreamReader<TRequest>> GuardAsync<TRequest>(
        IAsyncStreamReader<TRequest> stream, CallGuard guard, ServerCallContext context)
        where TRequest : class
    {
        if (!guard.IsPerMessage)
        {
            return stream;
        }

        var guarded = new GuardedStream<TRequest>(stream, guard);
        await guarded.ReadFirstAsync(context.CancellationToken);
        return guarded;
    }
}
