using System.Net;
using System.Net.Sockets;
using System.Threading.Channels;
using Entitlement.Client.Activation;
using Entitlement.Client.Renewal;
using Entitlement.Client.Tests.Support;
using Entitlement.Testing;

namespace Entitlement.Client.Tests.Renewal;

public sealed class LicenseRenewalTests : IAsyncLifetime
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private InstalledLicense _installed = null!;

    public async Task InitializeAsync() => _installed = await InstalledLicense.ActivateAsync();

    public async Task DisposeAsync() => await _installed.DisposeAsync();

    [Fact]
    public async Task A_service_that_takes_connections_and_never_answers_holds_up_neither_start_nor_check_nor_end()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        using var channel = EntitlementChannel.Create(new Uri($"http://{listener.LocalEndpoint}"));
        _installed.Clock.Advance(TimeSpan.FromDays(31));
        await using (LicenseRenewal.Start(_installed.Client, channel))
        {
            // The call is under way now, and stays so.
            using var connection = await listener.AcceptTcpClientAsync().WaitAsync(Patience);

            Assert.False(_installed.Client.Check().IsValid);
            _installed.Clock.Set(Samples.Now.AddDays(29.5));
            Assert.True(_installed.Client.Check().IsValid);
        }
    }

    [Fact]
    public async Task Renews_in_the_background_and_survives_an_observer_that_throws()
    {
        var told = Channel.CreateUnbounded<RenewalAttempt>();
        var options = new LicenseRenewalOptions
        {
            ReportInterval = null,
            Observer = attempt =>
            {
                Assert.True(told.Writer.TryWrite(attempt));
                throw new InvalidOperationException("The product's own fault.");
            },
        };
        _installed.Clock.Advance(TimeSpan.FromDays(31));
        await using var renewal = LicenseRenewal.Start(_installed.Client, _installed.Service.Channel, options);
        var first = await told.Reader.ReadAsync().AsTask().WaitAsync(Patience);
        _installed.Clock.Advance(TimeSpan.FromDays(31));

        // What the product does wakes it; so the test need not know when it sleeps.
        await _installed.Client.TakeLeaseAsync(_installed.Service.Channel, "render");
        var second = await told.Reader.ReadAsync().AsTask().WaitAsync(Patience);

        Assert.Equal((2, 3), (first.License?.Claims?.Generation, second.License?.Claims?.Generation));
        Assert.True(_installed.Client.Check().IsValid);
    }

    [Fact]
    public async Task Notices_at_once_what_the_product_itself_does()
    {
        await _installed.Client.DeactivateAsync(_installed.Service.Channel);
        _installed.Clock.Advance(TimeSpan.FromDays(40));
        var told = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var options = new LicenseRenewalOptions { ReportInterval = null, Observer = _ => told.TrySetResult() };
        await using var renewal = LicenseRenewal.Start(_installed.Client, _installed.Service.Channel, options);

        // Nothing but the change itself leads to the next look, because the clock stands: the file that comes is over.
        _installed.Service.Says.Clock = new ManualClock(Samples.Now);
        await _installed.Client.ActivateAsync(_installed.Service.Channel, InstalledLicense.Slc);

        await told.Task.WaitAsync(Patience);
    }

    [Fact]
    public async Task Calls_of_the_product_and_of_the_background_are_made_one_after_another()
    {
        var results = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ =>
            Task.Run(() => _installed.Client.RefreshAsync(_installed.Service.Channel))));

        Assert.Equal(Enumerable.Range(2, 8), results.Select(result => result.Claims!.Generation).Order());
        Assert.Equal(9, _installed.Generation);
    }

    [Fact]
    public void Refuses_to_report_more_often_than_once_a_minute() => Assert.Throws<ArgumentOutOfRangeException>(() =>
        LicenseRenewal.Start(
            _installed.Client,
            _installed.Service.Channel,
            new LicenseRenewalOptions { ReportInterval = TimeSpan.FromSeconds(59) }));
}
