using Entitlement.Server.Tests.Probing;
using Entitlement.Testing;
using Entitlement.Testing.V1;
using Grpc.Core;

namespace Entitlement.Server.Tests.Access;

public sealed class CredentialTests : IAsyncLifetime
{
    private readonly ProbeBehaviour _behaviour = new();
    private EntitlementHost _host = null!;

    private Probe.ProbeClient Anonymous => new(_host.Anonymous);

    public async Task InitializeAsync() =>
        _host = await EntitlementHost.StartAsync(new HostSettings { Services = _behaviour.AddTo });

    public async Task DisposeAsync() => await _host.DisposeAsync();

    [Fact]
    public async Task Takes_the_bootstrap_key_from_this_machine()
    {
        var response = await new Probe.ProbeClient(_host.Administrator).UnaryAsync(new ProbeRequest());

        Assert.Equal("bootstrap", response.Caller);
    }

    [Theory]
    [InlineData("Bearer", "malformed")]
    [InlineData("Bearer ", "malformed")]
    [InlineData("Basic dXNlcjpwYXNz", "malformed")]
    [InlineData("Bearer ent_bootstrap", "malformed")]
    [InlineData("Bearer ent_bootstrap_AAAA", "malformed")]
    [InlineData("Bearer ENT_bootstrap_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", "malformed")]
    [InlineData("Bearer ent_bootstrap_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAB", "malformed")]
    [InlineData("Bearer ent_nobody_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", "malformed")]
    [InlineData("Bearer ent_bootstrap_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", "unknown")]
    [InlineData("Bearer ent_01981d00000070008000000000000000_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", "unknown")]
    [InlineData("Bearer a, Bearer b", "duplicate")]
    public async Task Refuses_credentials_and_says_why(string authorization, string cause)
    {
        var headers = new Metadata { { "authorization", authorization } };

        var refusal = await Assert.ThrowsAsync<RpcException>(
            async () => await Anonymous.UnaryAsync(new ProbeRequest(), headers));

        Assert.Equal(StatusCode.Unauthenticated, refusal.StatusCode);
        Assert.Equal("UNAUTHENTICATED", refusal.Reason());
        Assert.Equal(cause, refusal.Info().Metadata["cause"]);
        Assert.Equal(0, _behaviour.Calls);
    }

    [Fact]
    public async Task Refuses_two_authorizations_even_when_one_is_right()
    {
        var headers = new Metadata { { "authorization", $"Bearer {_host.AdministratorKey}" }, { "authorization", "Bearer x" } };

        var refusal = await Assert.ThrowsAsync<RpcException>(
            async () => await Anonymous.UnaryAsync(new ProbeRequest(), headers));

        Assert.Equal("duplicate", refusal.Info().Metadata["cause"]);
    }

    [Fact]
    public async Task Asks_for_credentials_where_there_are_none()
    {
        var refusal = await Assert.ThrowsAsync<RpcException>(async () => await Anonymous.UnaryAsync(new ProbeRequest()));

        Assert.Equal("missing", refusal.Info().Metadata["cause"]);
    }

    [Fact]
    public async Task Lets_products_and_anybody_in_where_the_contract_says_so()
    {
        Assert.Equal("anonymous", (await Anonymous.ForProductsAsync(new ProbeRequest())).Caller);
        Assert.Equal("anonymous", (await Anonymous.ForAnybodyAsync(new ProbeRequest())).Caller);
    }

    [Fact]
    public async Task Never_takes_a_caller_with_bad_credentials_for_a_product()
    {
        var headers = new Metadata { { "authorization", "Bearer nonsense" } };

        var refusal = await Assert.ThrowsAsync<RpcException>(
            async () => await Anonymous.ForProductsAsync(new ProbeRequest(), headers));

        Assert.Equal(StatusCode.Unauthenticated, refusal.StatusCode);
        Assert.Equal(0, _behaviour.Calls);
    }

    [Theory]
    [InlineData("forwarded", "for=192.0.2.1")]
    [InlineData("x-forwarded-for", "192.0.2.1")]
    [InlineData("x-forwarded-proto", "https")]
    [InlineData("via", "1.1 proxy")]
    public async Task Refuses_the_bootstrap_key_through_a_proxy_on_this_machine(string header, string value)
    {
        var headers = new Metadata { { header, value } };

        var refusal = await Assert.ThrowsAsync<RpcException>(
            async () => await new Probe.ProbeClient(_host.Administrator).UnaryAsync(new ProbeRequest(), headers));

        Assert.Equal("not_from_loopback", refusal.Info().Metadata["cause"]);
    }

    [Theory]
    [MemberData(nameof(FourKinds.All), MemberType = typeof(FourKinds))]
    public async Task Guards_calls_of_every_kind_before_their_body_runs(MethodType kind)
    {
        var refusal = await Assert.ThrowsAsync<RpcException>(() => FourKinds.CallAsync(_host.Anonymous, kind));

        Assert.Equal("missing", refusal.Info().Metadata["cause"]);
        Assert.Equal(0, _behaviour.Calls);
        await FourKinds.CallAsync(_host.Administrator, kind);
        Assert.Equal(1, _behaviour.Calls);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(3)]
    public async Task Hands_a_guarded_stream_on_whole_and_in_order(int count)
    {
        var names = Enumerable.Range(1, count).Select(i => $"name {i}").ToList();
        using var call = new Probe.ProbeClient(_host.Administrator).ClientStream();
        foreach (var name in names)
        {
            await call.RequestStream.WriteAsync(new ProbeRequest { Name = name });
        }

        await call.RequestStream.CompleteAsync();

        Assert.Equal(names, (await call).Names);
    }
}
