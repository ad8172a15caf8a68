using Entitlement.Server.Hosting;
using Entitlement.Testing;
using Entitlement.V1;
using Google.Protobuf;
using Grpc.Core;

namespace Entitlement.Server.Tests.Errors;

public class RuntimeRefusalTests
{
    private static readonly Marshaller<byte[]> Bytes = Marshallers.Create(bytes => bytes, bytes => bytes);

    [Fact]
    public async Task Tells_how_large_a_message_may_be_when_one_is_too_large()
    {
        await using var host = await EntitlementHost.StartAsync();
        var request = new ActivateRequest { LicenseRequest = ByteString.CopyFrom(new byte[Listeners.MaxMessageSize]) };

        var refusal = await Shop.RefusedAsync(new ActivationService.ActivationServiceClient(host.Anonymous).ActivateAsync(request));

        Assert.Equal((StatusCode.ResourceExhausted, "MESSAGE_TOO_LARGE"), (refusal.StatusCode, refusal.Reason()));
        Assert.Equal($"{Listeners.MaxMessageSize}", refusal.Info().Metadata["max_bytes"]);
        Assert.Equal(refusal.Status.Detail, refusal.Details().Message);
    }

    [Theory]
    [InlineData("entitlement.v1.KeyService", "Forget")]
    [InlineData("nobody.v1.Service", "Call")]
    public async Task Names_a_method_that_is_not_served(string service, string method)
    {
        await using var host = await EntitlementHost.StartAsync();

        var refusal = await CallAsync(host.Anonymous, service, method);

        Assert.Equal((StatusCode.Unimplemented, "METHOD_UNKNOWN"), (refusal.StatusCode, refusal.Reason()));
        Assert.Equal($"/{service}/{method}", refusal.Info().Metadata["method"]);
        Assert.Equal(refusal.Status.Detail, refusal.Details().Message);
    }

    [Fact]
    public async Task Names_a_method_that_another_port_serves()
    {
        await using var host = await EntitlementHost.StartAsync(
            new HostSettings { Options = new() { ["Health:Listen"] = "http://127.0.0.1:0" } });

        var refusal = await CallAsync(host.Connect(address: host.HealthAddress), "entitlement.v1.KeyService", "GetJwks");

        Assert.Equal((StatusCode.Unimplemented, "METHOD_UNKNOWN"), (refusal.StatusCode, refusal.Reason()));
    }

    [Fact]
    public async Task Keeps_what_it_repeats_of_a_method_short()
    {
        await using var host = await EntitlementHost.StartAsync();

        var refusal = await CallAsync(host.Anonymous, new string('s', 2_000), "Call");

        Assert.InRange(refusal.Info().Metadata["method"].Length, 1, 256);
    }

    [Fact]
    public async Task Takes_bytes_that_are_no_message_for_a_wrong_request()
    {
        await using var host = await EntitlementHost.StartAsync();

        var refusal = await CallAsync(host.Anonymous, "entitlement.v1.ActivationService", "Activate", 255, 255, 255);

        Assert.Equal((StatusCode.InvalidArgument, "INVALID_ARGUMENT"), (refusal.StatusCode, refusal.Reason()));
        Assert.Equal("request", refusal.Info().Metadata["field"]);
    }

    private static Task<RpcException> CallAsync(
        ChannelBase channel, string service, string method, params byte[] message) =>
        Shop.RefusedAsync(channel.CreateCallInvoker().AsyncUnaryCall(
            new Method<byte[], byte[]>(MethodType.Unary, service, method, Bytes, Bytes), host: null, default, message));
}
