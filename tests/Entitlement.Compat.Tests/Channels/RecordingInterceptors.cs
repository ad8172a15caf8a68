using Grpc.Core;
using Grpc.Core.Interceptors;

namespace Entitlement.Compat.Tests.Channels;

/// <summary>Leaves its name in the header <c>x-via</c> of every call that goes out through it.</summary>
internal sealed class SigningInterceptor(string name) : Interceptor
{
    public override TResponse BlockingUnaryCall<TRequest, TResponse>(
        TRequest request,
        ClientInterceptorContext<TRequest, TResponse> context,
        BlockingUnaryCallContinuation<TRequest, TResponse> continuation) => continuation(request, Sign(context));

    public override AsyncUnaryCall<TResponse> AsyncUnaryCall<TRequest, TResponse>(
        TRequest request,
        ClientInterceptorContext<TRequest, TResponse> context,
        AsyncUnaryCallContinuation<TRequest, TResponse> continuation) => continuation(request, Sign(context));

    public override AsyncServerStreamingCall<TResponse> AsyncServerStreamingCall<TRequest, TResponse>(
        TRequest request,
        ClientInterceptorContext<TRequest, TResponse> context,
        AsyncServerStreamingCallContinuation<TRequest, TResponse> continuation) => continuation(request, Sign(context));

    public override AsyncClientStreamingCall<TRequest, TResponse> AsyncClientStreamingCall<TRequest, TResponse>(
        ClientInterceptorContext<TRequest, TResponse> context,
        AsyncClientStreamingCallContinuation<TRequest, TResponse> continuation) => continuation(Sign(context));

    public override AsyncDuplexStreamingCall<TRequest, TResponse> AsyncDuplexStreamingCall<TRequest, TResponse>(
        ClientInterceptorContext<TRequest, TResponse> context,
        AsyncDuplexStreamingCallContinuation<TRequest, TResponse> continuation) => continuation(Sign(context));

    private ClientInterceptorContext<TRequest, TResponse> Sign<TRequest, TResponse>(
        ClientInterceptorContext<TRequest, TResponse> context)
        where TRequest : class
        where TResponse : class
    {
        Metadata headers = [.. context.Options.Headers ?? [], new Metadata.Entry("x-via", name)];
        return new(context.Method, context.Host, context.Options.WithHeaders(headers));
    }
}

/// <summary>Writes down when a call comes to the server through it, and when it is done.</summary>
internal sealed class GuardInterceptor(string name, List<string> log) : Interceptor
{
    public override Task<TResponse> UnaryServerHandler<TRequest, TResponse>(
        TRequest request, ServerCallContext context, UnaryServerMethod<TRequest, TResponse> continuation) =>
        LogAsync(context, continuation(request, Enter(context, MethodType.Unary)));

    public override Task<TResponse> ClientStreamingServerHandler<TRequest, TResponse>(
        IAsyncStreamReader<TRequest> requestStream,
        ServerCallContext context,
        ClientStreamingServerMethod<TRequest, TResponse> continuation) =>
        LogAsync(context, continuation(requestStream, Enter(context, MethodType.ClientStreaming)));

    public override Task ServerStreamingServerHandler<TRequest, TResponse>(
        TRequest request,
        IServerStreamWriter<TResponse> responseStream,
        ServerCallContext context,
        ServerStreamingServerMethod<TRequest, TResponse> continuation) =>
        LogAsync(context, continuation(request, responseStream, Enter(context, MethodType.ServerStreaming)));

    public override Task DuplexStreamingServerHandler<TRequest, TResponse>(
        IAsyncStreamReader<TRequest> requestStream,
        IServerStreamWriter<TResponse> responseStream,
        ServerCallContext context,
        DuplexStreamingServerMethod<TRequest, TResponse> continuation) =>
        LogAsync(context, continuation(requestStream, responseStream, Enter(context, MethodType.DuplexStreaming)));

    private ServerCallContext Enter(ServerCallContext context, MethodType kind)
    {
        log.Add($"{name} in {kind}");
        context.UserState[name] = kind;
        return context;
    }

    private async Task LogAsync(ServerCallContext context, Task served)
    {
        await served;
        log.Add($"{name} out {context.UserState[name]}");
    }

    private async Task<T> LogAsync<T>(ServerCallContext context, Task<T> served)
    {
        await LogAsync(context, (Task)served);
        return await served;
    }
}
