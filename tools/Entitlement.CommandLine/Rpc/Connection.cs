using System.CommandLine;
using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Entitlement.CommandLine.Invocation;
using Google.Protobuf;
using Google.Protobuf.Reflection;
using Grpc.Core;
using Grpc.Core.Interceptors;
using Grpc.Net.Client;

namespace Entitlement.CommandLine.Rpc;

/// <summary>The way to the service: its address, TLS, credentials and deadline.</summary>
internal sealed class Connection : IDisposable
{
    // Room for a page of a thousand licenses with many feature lines each.
    private const int MaxAnswerBytes = 64 << 20;

    private readonly GrpcChannel _channel;
    private readonly Metadata _headers;
    private readonly TimeSpan _timeout;

    private Connection(GrpcChannel channel, Metadata headers, TimeSpan timeout) =>
        (_channel, _headers, _timeout) = (channel, headers, timeout);

    /// <param name="parse">The command line.</param>
    /// <param name="withoutCredentials">Whether to call as an installed product does, although a key is at hand.</param>
    /// <exception cref="CommandFailure">The address, the key file or the root file is unusable.</exception>
    public static Connection Open(ParseResult parse, bool withoutCredentials = false)
    {
        var address = GlobalOptions.Address(parse);
        var headers = new Metadata();
        if (!withoutCredentials && ApiKey.Find(parse, address) is { } key)
        {
            headers.Add("authorization", $"Bearer {key}");
        }

        // The channel owns the handler: disposed together.
        var handler = new SocketsHttpHandler { ConnectTimeout = TimeSpan.FromSeconds(5), SslOptions = TlsOptions(parse) };
        var channel = GrpcChannel.ForAddress(
            address,
            new GrpcChannelOptions
            {
                HttpHandler = handler,
                DisposeHttpClient = true,
                MaxReceiveMessageSize = MaxAnswerBytes,
                // Somebody looks on: a service that just starts is noticed at once.
                InitialReconnectBackoff = TimeSpan.FromMilliseconds(20),
                MaxReconnectBackoff = TimeSpan.FromMilliseconds(250),
            });
        return new Connection(channel, headers, parse.GetValue(GlobalOptions.Timeout) ?? GlobalOptions.DefaultTimeout);
    }

    /// <summary>
    /// Calls once, and once more when the connection was lost: each request carries its own id, so the second finds what
    /// the first did.
    /// </summary>
    public async Task<TResponse> CallAsync<TRequest, TResponse>(
        MethodDescriptor rpc, TRequest request, CancellationToken cancellation)
        where TRequest : class, IMessage<TRequest>, new()
        where TResponse : class, IMessage<TResponse>, new()
    {
        var method = RpcMethods.Of<TRequest, TResponse>(rpc);
        try
        {
            return await CallOnceAsync(method, request, cancellation);
        }
        catch (RpcException lost) when (lost.StatusCode == StatusCode.Unavailable && Refusal.IsOfTransport(lost))
        {
            return await CallOnceAsync(method, request, cancellation);
        }
    }

    /// <summary>Calls as soon as the service can be reached, for as long as the patience lasts.</summary>
    public async Task<TResponse> CallWhenReadyAsync<TRequest, TResponse>(
        MethodDescriptor rpc, TRequest request, TimeSpan patience, CancellationToken cancellation)
        where TRequest : class, IMessage<TRequest>, new()
        where TResponse : class, IMessage<TResponse>, new()
    {
        var options = new CallOptions(_headers, Deadline(patience), cancellation).WithWaitForReady();
        using var call = _channel.CreateCallInvoker().AsyncUnaryCall(
            RpcMethods.Of<TRequest, TResponse>(rpc), host: null, options, request);
        return await call.ResponseAsync;
    }

    /// <summary>The answers of a stream, until it or the caller ends.</summary>
    public IAsyncEnumerable<TResponse> Stream<TRequest, TResponse>(
        MethodDescriptor rpc, TRequest request, CancellationToken cancellation)
        where TRequest : class, IMessage<TRequest>, new()
        where TResponse : class, IMessage<TResponse>, new()
    {
        var call = _channel.CreateCallInvoker().AsyncServerStreamingCall(
            RpcMethods.Of<TRequest, TResponse>(rpc), host: null, new CallOptions(_headers, cancellationToken: cancellation), request);
        return call.ResponseStream.ReadAllAsync(cancellation);
    }

    /// <summary>How long a command waits for an answer.</summary>
    public TimeSpan Patience => _timeout;

    /// <summary>A call in which messages go both ways, until it or the caller ends.</summary>
    public AsyncDuplexStreamingCall<TRequest, TResponse> Converse<TRequest, TResponse>(
        MethodDescriptor rpc, CancellationToken cancellation)
        where TRequest : class, IMessage<TRequest>, new()
        where TResponse : class, IMessage<TResponse>, new() =>
        _channel.CreateCallInvoker().AsyncDuplexStreamingCall(
            RpcMethods.Of<TRequest, TResponse>(rpc), host: null, new CallOptions(_headers, cancellationToken: cancellation));

    /// <summary>For a client that makes many calls: each carries the credentials and may take as long as one of a command.</summary>
    public CallInvoker ToInvoker() => _channel.Intercept(new Outfit(_headers, _timeout));

    /// <summary>For what calls as a product does, without credentials.</summary>
    public ChannelBase Channel => _channel;

    public void Dispose() => _channel.Dispose();

    private async Task<TResponse> CallOnceAsync<TRequest, TResponse>(
        Method<TRequest, TResponse> method, TRequest request, CancellationToken cancellation)
        where TRequest : class
        where TResponse : class
    {
        using var call = _channel.CreateCallInvoker().AsyncUnaryCall(
            method, host: null, new CallOptions(_headers, Deadline(_timeout), cancellation), request);
        return await call.ResponseAsync;
    }

    private static DateTime Deadline(TimeSpan fromNow) => TimeProvider.System.GetUtcNow().UtcDateTime + fromNow;

    private sealed class Outfit(Metadata headers, TimeSpan timeout) : Interceptor
    {
        public override AsyncUnaryCall<TResponse> AsyncUnaryCall<TRequest, TResponse>(
            TRequest request,
            ClientInterceptorContext<TRequest, TResponse> context,
            AsyncUnaryCallContinuation<TRequest, TResponse> continuation) => continuation(
            request,
            new(context.Method, context.Host, context.Options.WithHeaders(headers).WithDeadline(Deadline(timeout))));
    }

    private static SslClientAuthenticationOptions TlsOptions(ParseResult parse)
    {
        var options = new SslClientAuthenticationOptions();
        if (parse.GetValue(GlobalOptions.RootCa) is { } path)
        {
            var policy = new X509ChainPolicy
            {
                TrustMode = X509ChainTrustMode.CustomRootTrust,
                // A root of the operator's own publishes no revocation list.
                RevocationMode = X509RevocationMode.NoCheck,
            };
            try
            {
                policy.CustomTrustStore.ImportFromPemFile(path);
            }
            catch (Exception cause) when (cause is IOException or UnauthorizedAccessException or CryptographicException)
            {
                throw CommandFailure.LocalFile(path, cause);
            }

            options.CertificateChainPolicy = policy;
        }

        return options;
    }
}
