using Entitlement.Testing.V1;
using Grpc.Core;
using Grpc.Net.Client;

namespace Entitlement.Server.Tests.Probing;

/// <summary>Calls the probe in each of the four ways that gRPC has.</summary>
internal static class FourKinds
{
    public static TheoryData<MethodType> All =>
        [MethodType.Unary, MethodType.ClientStreaming, MethodType.ServerStreaming, MethodType.DuplexStreaming];

    /// <summary>One request, up to the end of the call.</summary>
    public static async Task CallAsync(GrpcChannel channel, MethodType kind, CallOptions options = default)
    {
        var probe = new Probe.ProbeClient(channel);
        var request = new ProbeRequest { Name = "one" };
        switch (kind)
        {
            case MethodType.Unary:
                await probe.UnaryAsync(request, options);
                break;
            case MethodType.ClientStreaming:
                using (var call = probe.ClientStream(options))
                {
                    await call.RequestStream.WriteAsync(request);
                    await call.RequestStream.CompleteAsync();
                    await call;
                }

                break;
            case MethodType.ServerStreaming:
                using (var call = probe.ServerStream(request, options))
                {
                    await DrainAsync(call.ResponseStream);
                }

                break;
            case MethodType.DuplexStreaming:
                using (var call = probe.Duplex(options))
                {
                    await call.RequestStream.CompleteAsync();
                    await DrainAsync(call.ResponseStream);
                }

                break;
        }
    }

    private static async Task DrainAsync(IAsyncStreamReader<ProbeResponse> responses)
    {
        await foreach (var response in responses.ReadAllAsync())
        {
            Assert.NotEmpty(response.Names);
        }
    }
}
